import { describe, expect, it } from 'vitest'
import type { IdentityRadius } from '../../src/events/event.ts'
import { blastRadius } from '../../src/indicators/blast-radius.ts'
import { aTokenUse } from '../support/event.ts'

function reaching(resources: number, isWide = false): IdentityRadius {
  const { service: _, decision: __, ...common } = aTokenUse()
  return { ...common, kind: 'identity.radius', resources, isWide }
}

describe('blast-radius', () => {
  it('is good up to five resources, or up to what the objective allows', () => {
    const verdicts = [4, 5, 6].map((resources) => blastRadius.judge(reaching(resources), {}))
    expect(verdicts).toEqual(['good', 'good', 'bad'])
    expect(blastRadius.judge(reaching(6), { maxResources: 6 })).toBe('good')
    expect(blastRadius.judge(reaching(7), { maxResources: 6 })).toBe('bad')
  })

  it('takes a whole account for more than any number', () => {
    expect(blastRadius.judge(reaching(1, true), { maxResources: 1_000_000 })).toBe('bad')
  })

  it('leaves people out unless it is asked for them', () => {
    const person = { ...reaching(9), identity: { id: 'someone', type: 'user', tenant: 't' } } as const
    expect(blastRadius.judge(person, {})).toBe('excluded')
    expect(blastRadius.judge(person, { includesPeople: true })).toBe('bad')
  })
})
