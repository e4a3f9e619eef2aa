import { describe, expect, it } from 'vitest'
import { RefusalsByService } from '../../../src/outputs/activity/refusals-by-service.ts'
import { ChunkStore } from '../../support/chunk-store.ts'
import { aTokenUse } from '../../support/event.ts'

const refusal = (service: string, decision: 'unauthenticated' | 'forbidden' = 'forbidden', weight = 1) =>
  aTokenUse({ service, decision, outcome: 'failure', weight })

describe('refusals by service', () => {
  it('are counted by status, and calls that are allowed are not', () => {
    const refusals = new RefusalsByService(10)
    refusals.observe(refusal('vault'))
    refusals.observe(refusal('vault', 'unauthenticated', 3))
    refusals.observe(aTokenUse({ service: 'storage' }))
    expect(refusals.all()).toEqual([{ provider: 'azure', service: 'vault', counts: { '401': 3, '403': 1 } }])
  })

  it('of services for which there is no room are counted together, and none is lost', () => {
    const refusals = new RefusalsByService(2)
    for (const service of ['a', 'b', 'c', 'd', 'a']) refusals.observe(refusal(service))
    expect(refusals.all().map(({ service, counts }) => [service, counts['403']])).toEqual([
      ['a', 2],
      ['b', 1],
      ['overflow', 2],
    ])
  })

  it('go on after a restart', () => {
    const before = new RefusalsByService(2)
    for (const service of ['a', 'b', 'c']) before.observe(refusal(service))
    const store = new ChunkStore()
    store.save(before)
    const after = store.restore(new RefusalsByService(2))
    for (const refusals of [before, after]) refusals.observe(refusal('d'))
    expect(after.all()).toEqual(before.all())
  })
})
