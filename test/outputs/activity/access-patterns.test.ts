import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { TokenUse } from '../../../src/events/event.ts'
import { AccessPatterns, patternsSince } from '../../../src/outputs/activity/access-patterns.ts'
import { ChunkStore } from '../../support/chunk-store.ts'
import { aTokenUse, noon } from '../../support/event.ts'

const dayMs = 86_400_000
const identity = (id: string): TokenUse['identity'] => ({ id, type: 'service-account', tenant: 't' })
const refused = { outcome: 'failure', decision: 'forbidden' } as const

function taught(events: readonly TokenUse[]): AccessPatterns {
  const patterns = new AccessPatterns()
  for (const event of events) patterns.observe(event)
  return patterns
}

const uses = fc.array(
  fc
    .record({
      id: fc.constantFrom('a', 'b', 'c'),
      service: fc.constantFrom('vault', 'storage'),
      hours: fc.integer({ min: 0, max: 100 }),
      isRefused: fc.boolean(),
      weight: fc.integer({ min: 1, max: 3 }),
    })
    .map(({ id, service, hours, isRefused, weight }) =>
      aTokenUse({
        identity: identity(id),
        service,
        time: noon + hours * 3_600_000,
        weight,
        ...(isRefused ? refused : {}),
      }),
    ),
  { maxLength: 40 },
)

describe('access patterns', () => {
  it('count calls of an identity to a service by what it was told, of today and yesterday (UTC)', () => {
    fc.assert(
      fc.property(uses, fc.integer({ min: 0, max: 5 }), (events, days) => {
        const to = Math.max(noon, ...events.map(({ time }) => time)) + days * dayMs
        const counted = events.filter(({ time }) => time >= patternsSince(to))
        const sum = (decision: string): number =>
          counted
            .filter((each) => each.decision === decision)
            .reduce((all, { weight = 1 }) => all + weight, 0)
        const patterns = taught(events).upTo(to)
        for (const decision of ['allowed', 'forbidden'] as const)
          expect(patterns.reduce((all, { calls }) => all + calls[decision], 0)).toBe(sum(decision))
        const pairs = counted.map(({ identity: { id }, service }) => `${id} ${service}`)
        expect(patterns).toHaveLength(new Set(pairs).size)
      }),
    )
  })

  it('do not depend on the order of events', () => {
    const to = noon + 5 * dayMs
    fc.assert(
      fc.property(uses, (events) => {
        expect(taught(events.toReversed()).upTo(to)).toEqual(taught(events).upTo(to))
      }),
    )
  })

  it('begin a day early, at midnight UTC', () => {
    expect(new Date(patternsSince(noon)).toISOString()).toBe('2026-06-14T00:00:00.000Z')
  })

  it('leave people out', () => {
    const person = { id: 'p', type: 'user', tenant: 't' } as const
    expect(taught([aTokenUse({ identity: person })]).upTo(noon)).toEqual([])
  })

  it('are bounded: those used longest ago go, and it is said how many', () => {
    const events = Array.from({ length: 5001 }, (_, i) =>
      aTokenUse({ identity: identity(`i${i}`), time: noon + i }),
    )
    const patterns = taught(events)
    const ids = new Set(patterns.upTo(noon).map((pattern) => pattern.identity.id))
    expect(ids.size).toBe(4501)
    expect(patterns.forgotten).toBe(500)
    expect([ids.has('i499'), ids.has('i500'), ids.has('i5000')]).toEqual([false, true, true])
  })

  it('let go of pairs that nothing can add to any more', () => {
    const patterns = taught([aTokenUse({ time: noon }), aTokenUse({ service: 'other', time: noon + 1 })])
    patterns.prune(noon + 1)
    expect(patterns.upTo(noon).map(({ service }) => service)).toEqual(['other'])
  })

  it('are the same after a restart, and go on counting', () => {
    const store = new ChunkStore()
    const before = taught([aTokenUse({ service: 'gone', time: noon - 9 }), aTokenUse({ time: noon })])
    store.save(before)
    before.prune(noon - 1)
    before.observe(aTokenUse({ time: noon + 5 }))
    store.save(before)
    const after = store.restore(new AccessPatterns())
    expect(after.upTo(noon)).toEqual(before.upTo(noon))
    for (const patterns of [before, after]) patterns.observe(aTokenUse({ time: noon + 6, ...refused }))
    expect(after.upTo(noon)).toEqual(before.upTo(noon))
    expect(after.upTo(noon)).toMatchObject([{ calls: { allowed: 2, forbidden: 1 }, lastUsed: noon + 6 }])
  })
})
