/** Events that are judged when something becomes known about them, and slices that count shares of events. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { IdentityEvent } from '../../src/events/event.ts'
import { TokenLedger } from '../../src/events/ledger/token-ledger.ts'
import { type Indicator, weighedIndicators } from '../../src/indicators/indicator.ts'
import { serviceAuth } from '../../src/indicators/service-auth.ts'
import { tokenAge } from '../../src/indicators/token-age.ts'
import { tokenRefresh } from '../../src/indicators/token-refresh.ts'
import { Engine } from '../../src/objectives/engine.ts'
import { evaluate } from '../../src/objectives/evaluate.ts'
import { ChunkStore } from '../support/chunk-store.ts'
import {
  aFailedTokenRequest,
  anExpiredTokenUse,
  aTokenRequest,
  aTokenUse,
  checkoutOwner,
  noon,
} from '../support/event.ts'
import { anObjective } from '../support/objective.ts'

const minute = 60_000
const hour = 60 * minute
const retention = { fineMs: 2 * hour, slicesMs: 72 * hour }
const indicators: readonly Indicator[] = [serviceAuth, tokenRefresh, tokenAge]
const objectives = [
  anObjective({ name: 'refresh', sli: { indicator: 'token-refresh', where: {} } }),
  anObjective({ name: 'age', sli: { indicator: 'token-age', where: {} } }),
  anObjective({
    name: 'mean-age',
    sli: { indicator: 'token-age', where: {} },
    budgeting: { method: 'Timeslices', sliceMs: 5 * minute, sliceTarget: '0.5' },
  }),
]

function engineOf(): Engine {
  return new Engine(objectives, indicators, retention)
}

/** As the pipeline does it. */
function run(events: readonly IdentityEvent[], engine = engineOf(), ledger = new TokenLedger()): Engine {
  for (const original of events) {
    const event = structuredClone(original)
    const learned = ledger.enrich(event)
    engine.observe(event, engine.targetsFor(event, checkoutOwner))
    for (const { event: earlier, aspect } of learned) engine.learn(earlier, checkoutOwner, aspect)
  }
  return engine
}

function counts(engine: Engine) {
  return engine.states.map((state) => {
    const { good, bad, excluded } = evaluate(state, noon + hour).counts
    return [good, bad, excluded]
  })
}

const issued = aTokenRequest({ ttlSeconds: 3600, correlation: { tokenId: 'token-1' } })

function usedAfter(ms: number, changes = {}) {
  return aTokenUse({ id: `use-${ms}`, time: noon + ms, correlation: { tokenId: 'token-1' }, ...changes })
}

const story: readonly IdentityEvent[] = [
  issued,
  usedAfter(10 * minute),
  usedAfter(11 * minute),
  usedAfter(40 * minute),
  usedAfter(41 * minute, { tokenAgeSeconds: 100 }),
  aFailedTokenRequest({ id: 'failed', time: noon + 45 * minute }),
  aTokenRequest({ id: 'renewed', time: noon + 46 * minute, refresh: true, ttlSeconds: 3600 }),
  aFailedTokenRequest({ id: 'told', time: noon + 47 * minute, refresh: true }),
]

describe('what is learned later', () => {
  it('is judged once, in whichever order the records come', () => {
    const expected = counts(run(story))
    expect(expected.slice(0, 2)).toEqual([
      [1, 2, 0],
      [3, 1, 0],
    ])
    const shuffled = fc.shuffledSubarray([...story], { minLength: story.length, maxLength: story.length })
    fc.assert(
      fc.property(shuffled, (arrivals) => {
        const engine = run(arrivals)
        expect(counts(engine)).toEqual(expected)
        expect(engine.totals).toEqual(run(story).totals)
      }),
    )
  })

  it('is judged for the indicators that waited for it, and for no others', () => {
    const engine = run([usedAfter(10 * minute), issued])
    expect(engine.totals).toEqual([
      { id: 'service-auth', good: 1, bad: 0, excluded: 0 },
      { id: 'token-refresh', good: 0, bad: 0, excluded: 0 },
      { id: 'token-age', good: 1, bad: 0, excluded: 0 },
    ])
  })

  it('is not excused by a rotation: an expired token was used all the same', () => {
    const expired = anExpiredTokenUse({ tokenAgeSeconds: 3700, ttlSeconds: 3600 })
    const engine = run([expired, aTokenUse({ time: noon + 1000, tokenAgeSeconds: 1, ttlSeconds: 3600 })])
    expect(engine.totals).toEqual([
      { id: 'service-auth', good: 1, bad: 0, excluded: 1 },
      { id: 'token-refresh', good: 0, bad: 0, excluded: 0 },
      { id: 'token-age', good: 1, bad: 1, excluded: 0 },
    ])
  })
})

describe('slices of token age', () => {
  /** Age over lifetime of each use, all in one slice. */
  function slice(ratios: readonly number[]): Engine {
    return run(
      ratios.map((ratio, i) => aTokenUse({ id: `${i}`, tokenAgeSeconds: ratio * 1000, ttlSeconds: 1000 })),
    )
  }

  it('are good up to a mean of half the lifetime, however the single uses are', () => {
    const meanAge = (engine: Engine) => counts(engine)[2]
    expect(meanAge(slice([0.6, 0.6, 0.1]))).toEqual([1, 0, 0])
    expect(meanAge(slice([0.5, 0.5]))).toEqual([1, 0, 0])
    expect(meanAge(slice([0.4, 0.4, 0.4, 0.9]))).toEqual([0, 1, 0])
    // Expired long ago is no worse than expired.
    expect(meanAge(slice([7, 0, 0]))).toEqual([1, 0, 0])
  })

  it('judge by the mean, whatever the uses', () => {
    const ratio = fc.integer({ min: 0, max: 1200 })
    fc.assert(
      fc.property(fc.array(ratio, { minLength: 1 }), (thousandths) => {
        const sum = thousandths.reduce((all, each) => all + Math.min(each, 1000), 0)
        const isGood = sum <= 500 * thousandths.length
        expect(counts(slice(thousandths.map((each) => each / 1000)))[2]).toEqual(
          isGood ? [1, 0, 0] : [0, 1, 0],
        )
      }),
    )
  })

  it('go on after a restart', () => {
    const store = new ChunkStore()
    const ledger = new TokenLedger({ isDurable: true })
    const engine = run([usedAfter(12 * minute), usedAfter(44 * minute)], engineOf(), ledger)
    const ledgerStore = new ChunkStore()
    store.save(engine)
    ledgerStore.save(ledger)
    const restarted = run(
      [issued, usedAfter(13 * minute)],
      store.restore(engineOf()),
      ledgerStore.restore(new TokenLedger({ isDurable: true })),
    )
    expect(counts(restarted)).toEqual(
      counts(run([issued, usedAfter(13 * minute), usedAfter(12 * minute), usedAfter(44 * minute)])),
    )
    expect(counts(restarted)[2]).toEqual([1, 1, 0])
  })

  it('hold more uses than 32 bits hold thousandths', () => {
    const engine = engineOf()
    const use = aTokenUse({ tokenAgeSeconds: 900, ttlSeconds: 1000 })
    const target = engine.targetsFor(use, checkoutOwner).find(({ id }) => id.includes('mean-age'))
    target?.record(use, 'bad', 6_000_000)
    expect(counts(engine)[2]).toEqual([0, 1, 0])
    target?.record({ ...use, tokenAgeSeconds: 0 }, 'good', 5_000_000)
    expect(counts(engine)[2]).toEqual([1, 0, 0])
  })
})

describe('indicators that weigh', () => {
  it('are those that slices make room for', () => {
    const ids = indicators.filter(({ weigh }) => weigh !== undefined).map(({ id }) => id)
    expect(ids).toEqual([...weighedIndicators])
  })
})
