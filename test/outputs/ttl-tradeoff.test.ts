import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type TtlReport, TtlStudy } from '../../src/outputs/ttl-tradeoff.ts'
import { aFailedTokenRequest, aTokenRequest, aTokenUse, noon } from '../support/event.ts'

const second = 1000
const minute = 60 * second

interface Use {
  readonly holder: number
  readonly at: number
}

function studied(uses: readonly Use[], ttlsMs: readonly number[], refreshAt = 0.8): TtlReport {
  const study = new TtlStudy({ ttlsMs, refreshAt })
  for (const { holder, at } of uses)
    study.observe(aTokenUse({ time: noon + at, workload: { kind: 'pod', name: `pod-${holder}` } }))
  return study.report()
}

/** The slow way: every second of every holder, with all tokens it ever got. */
function bruteForce(uses: readonly Use[], ttlMs: number, refreshAt: number) {
  let renewals = 0
  let waits = 0
  let remaining = 0
  let needed = 0
  for (const holder of new Set(uses.map((use) => use.holder))) {
    const tokens: number[] = []
    const last = Math.max(...uses.filter((use) => use.holder === holder).map(({ at }) => at))
    for (let now = 0; now <= last; now += second) {
      if (!uses.some((use) => use.holder === holder && use.at === now)) continue
      needed++
      const fresh = tokens.some((issued) => now - issued < ttlMs * refreshAt)
      const valid = tokens.some((issued) => now - issued < ttlMs)
      if (!fresh) {
        if (valid) renewals++
        else waits++
        tokens.push(now)
      }
      remaining += Math.max(...tokens) + ttlMs - now
    }
  }
  return { renewals, waits, exposureMeanSeconds: needed === 0 ? 0 : remaining / needed / 1000 }
}

const arbitraryUses = fc.array(fc.record({ holder: fc.nat(3), at: fc.nat(1200).map((s) => s * second) }), {
  maxLength: 60,
})
const arbitraryTtl = fc.integer({ min: 5, max: 600 }).map((s) => s * second)

describe('lifetimes of tokens', () => {
  it('give what replaying every second of every holder gives', () => {
    fc.assert(
      fc.property(arbitraryUses, arbitraryTtl, fc.constantFrom(0.5, 0.8, 1), (uses, ttlMs, refreshAt) => {
        const [row] = studied(uses, [ttlMs], refreshAt).lifetimes
        const { exposureMeanSeconds, ...counts } = bruteForce(uses, ttlMs, refreshAt)
        expect(row).toMatchObject(counts)
        expect(row?.exposureMeanSeconds).toBeCloseTo(exposureMeanSeconds, 6)
      }),
      { numRuns: 60 },
    )
  })

  it('need no more requests the longer they are, and the order of the logs changes nothing', () => {
    fc.assert(
      fc.property(arbitraryUses, arbitraryTtl, arbitraryTtl, (uses, one, other) => {
        const ttls = [one, other].toSorted((a, b) => a - b)
        const report = studied(uses, ttls)
        const [short, long] = report.lifetimes
        expect(long?.requests).toBeLessThanOrEqual(short?.requests ?? 0)
        expect(studied(uses.toReversed(), ttls)).toEqual(report)
      }),
    )
  })

  it('are counted by hand for a use a minute over two hours', () => {
    const uses = Array.from({ length: 120 }, (_, i) => ({ holder: 1, at: i * minute }))
    const study = new TtlStudy({ ttlsMs: [10 * minute, 60 * minute], refreshAt: 0.8, pricePerMillion: 3 })
    for (const { at } of uses) study.observe(aTokenUse({ time: noon + at }))
    for (let i = 0; i < 9; i++)
      study.observe(aTokenRequest({ time: noon + i, latencyMs: 50, ttlSeconds: 600 }))
    study.observe(aFailedTokenRequest({ time: noon }))
    const { lifetimes, observed } = study.report()
    expect(observed).toEqual({
      requests: 10,
      platformFailures: 1,
      failureShare: 0.1,
      latencyMs: 50,
      medianTtlSeconds: 600,
    })
    // Renewed every 8 minutes: 15 times in 120 minutes, of which the first one is waited for.
    expect(lifetimes[0]).toMatchObject({ requests: 15, waits: 1, renewals: 14, peakRequestsPerMinute: 1 })
    expect(lifetimes[0]?.refreshFailures).toBeCloseTo(1.4)
    expect(lifetimes[0]?.waitedSeconds).toBeCloseTo(0.75)
    expect(lifetimes[0]?.cost).toBeCloseTo(0.000045)
    expect(lifetimes[0]?.bridgedSeconds).toBeCloseTo(120)
    // Every 48 minutes: at 0, 48 and 96.
    expect(lifetimes[1]).toMatchObject({ requests: 3, waits: 1, renewals: 2, exposureMaxSeconds: 3600 })
  })

  it('count a second once that came again out of order', () => {
    const uses = [4, 0, 4].map((at) => ({ holder: 0, at: at * second }))
    expect(studied(uses, [5 * second], 1).lifetimes[0]?.exposureMeanSeconds).toBeCloseTo(3)
  })

  it('come from requests where the log shows no use, and never from people', () => {
    const study = new TtlStudy({ ttlsMs: [10 * minute], refreshAt: 1 })
    for (let i = 0; i < 10; i++) study.observe(aTokenRequest({ time: noon + i * 5 * minute }))
    study.observe(aTokenUse({ time: noon, identity: { id: 'jo', type: 'user', tenant: 't' } }))
    const report = study.report()
    expect(report).toMatchObject({ holders: 1, instants: 10, lifetimes: [{ requests: 5 }] })
  })

  it('say what did not fit into memory, and are defined for nothing', () => {
    const study = new TtlStudy({ ttlsMs: [minute], refreshAt: 0.8, maxInstants: 5 })
    for (let i = 0; i < 8; i++) study.observe(aTokenUse({ time: noon + i * minute }))
    expect(study.report()).toMatchObject({ instants: 5, leftOut: 3 })
    expect(new TtlStudy({ ttlsMs: [minute], refreshAt: 0.8 }).report()).toMatchObject({
      from: null,
      lifetimes: [{ requests: 0, exposureMeanSeconds: 0 }],
    })
  })
})
