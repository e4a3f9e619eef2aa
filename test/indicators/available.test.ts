import { describe, expect, it } from 'vitest'
import { availableIndicators } from '../../src/indicators/available.ts'
import { indicatorIds } from '../../src/indicators/indicator.ts'
import { aMetadataCall, anAssignmentChange, aSecretRead, aTokenRequest, aTokenUse } from '../support/event.ts'

const oneOfEach = [
  aTokenRequest({ latencyMs: 1, refresh: true, planned: true, fallback: false }),
  aTokenUse({ tokenAgeSeconds: 1, ttlSeconds: 2, planned: true, fallback: false }),
  anAssignmentChange({ expected: true }),
  aSecretRead({ fallback: true }),
  { ...anAssignmentChange(), kind: 'identity.change', op: 'created' } as const,
  aMetadataCall(),
  { ...aTokenUse(), kind: 'identity.radius', resources: 1, isWide: false } as const,
]

describe('the indicators that are built', () => {
  it('have ids of the design, each once and in its order', () => {
    const ids = availableIndicators.map(({ id }) => id)
    expect(ids).toEqual(indicatorIds.filter((id) => ids.includes(id)))
  })

  it.each(availableIndicators)('$id judges the kinds that it names, and no others', ({ kinds, judge }) => {
    const judged = oneOfEach.filter((event) => judge(event, {}) !== undefined).map(({ kind }) => kind)
    expect(judged).toEqual(kinds)
  })
})
