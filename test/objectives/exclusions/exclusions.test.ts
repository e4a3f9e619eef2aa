/** What exclusions do to an objective, one thing at a time; everything at once is in exclusions.oracle.test.ts. */
import { describe, expect, it } from 'vitest'
import type { IdentityEvent } from '../../../src/events/event.ts'
import { availableIndicators } from '../../../src/indicators/available.ts'
import { Engine } from '../../../src/objectives/engine.ts'
import { type BeforeExclusions, evaluate, type ObjectiveStatus } from '../../../src/objectives/evaluate.ts'
import type { Exclusion, Objective } from '../../../src/objectives/objective.ts'
import { ChunkStore } from '../../support/chunk-store.ts'
import {
  aFailedTokenRequest,
  anExpiredTokenUse,
  aTokenRequest,
  aTokenUse,
  checkoutOwner,
  noon,
} from '../../support/event.ts'
import { anExclusion } from '../../support/exclusion.ts'
import { anObjective, aTarget } from '../../support/objective.ts'

const second = 1000
const minute = 60 * second
const hour = 60 * minute
const day = 24 * hour
const retention = { fineMs: 2 * hour, slicesMs: 3 * day }

const objective = anObjective({
  sli: { indicator: 'token-issuance', where: {} },
  target: aTarget('90'),
  minBadEvents: 1,
})

function engineOf(
  exclusions: readonly Exclusion[],
  former?: Engine,
  changes: Partial<Objective> = {},
): Engine {
  return new Engine([{ ...objective, ...changes, exclusions }], availableIndicators, retention, former)
}

function observe(engine: Engine, ...events: readonly IdentityEvent[]): Engine {
  for (const event of events) engine.observe(event, engine.targetsFor(event, checkoutOwner))
  return engine
}

function statusOf(engine: Engine, at = noon + hour): ObjectiveStatus {
  const [state] = engine.states
  if (state === undefined) throw new Error('an engine has a state for each objective')
  return evaluate(state, at)
}

function unexcluded(engine: Engine, at?: number): BeforeExclusions {
  const status = statusOf(engine, at).beforeExclusions
  if (status === undefined) throw new Error('the objective has no exclusions')
  return status
}

function counts(engine: Engine, at?: number): readonly number[] {
  const { good, bad, excluded } = statusOf(engine, at).counts
  return [good, bad, excluded]
}

function identity(id: string) {
  return { identity: { id, type: 'role', tenant: '' } } as const
}

const patch = anExclusion([{ from: noon, to: noon + minute }])

describe('a maintenance window', () => {
  it('leaves out what happens in it, and both numbers are kept', () => {
    const engine = observe(
      engineOf([patch]),
      aTokenRequest({ time: noon - 1 }),
      ...[0, 1, 2].map((i) => aFailedTokenRequest({ time: noon + i })),
      aTokenRequest({ time: noon + minute }),
    )
    const status = statusOf(engine)
    expect(status.counts).toEqual({ good: 2, bad: 0, excluded: 3 })
    expect([status.value, status.errorRatio, status.burnRate, status.errorBudgetRemaining]).toEqual([
      1, 0, 0, 1,
    ])
    expect(status.beforeExclusions).toMatchObject({
      counts: { good: 2, bad: 3, excluded: 0 },
      value: 0.4,
      errorRatio: 0.6,
      leftOutMs: minute,
      partialBefore: undefined,
    })
    expect(status.beforeExclusions?.errorBudgetRemaining).toBeCloseTo(-5, 12)
    expect(status.alerts.filter(({ isFiring }) => isFiring)).toEqual([])
  })

  it('is of no effect on an objective without one', () => {
    const engine = observe(engineOf([]), aFailedTokenRequest({ time: noon }))
    expect(statusOf(engine).beforeExclusions).toBeUndefined()
    expect(counts(engine)).toEqual([0, 1, 0])
  })

  it('is named while it is under way', () => {
    const engine = observe(engineOf([patch]), aTokenRequest({ time: noon - 1 }))
    expect(
      [noon - 1, noon, noon + minute - 1, noon + minute].map((at) => unexcluded(engine, at).active),
    ).toEqual([[], ['database-patch'], ['database-patch'], []])
  })

  it('takes every finest bucket that it touches: ten seconds, and five minutes after two hours', () => {
    const short = anExclusion([{ from: noon + 12 * second, to: noon + 13 * second }])
    const engine = observe(
      engineOf([short]),
      ...[9.999, 10, 19.999, 20].map((at) => aFailedTokenRequest({ time: noon + at * second })),
    )
    expect(counts(engine)).toEqual([0, 2, 2])
    observe(
      engine,
      aTokenRequest({ time: noon + 3 * hour }),
      aFailedTokenRequest({ time: noon + 5 * minute }),
    )
    expect(counts(engine, noon + 4 * hour)).toEqual([1, 1, 4])
  })

  it('that covers another one takes nothing twice', () => {
    const spans = [
      { from: noon, to: noon + 10 * minute },
      { from: noon + 3 * minute, to: noon + 4 * minute },
    ]
    const engine = observe(
      engineOf(spans.map((span) => anExclusion([span]))),
      aFailedTokenRequest({ time: noon + 3 * minute }),
    )
    expect([counts(engine), unexcluded(engine).leftOutMs]).toEqual([[0, 0, 1], 10 * minute])
  })

  it('is taken from burn rates and alerts as from the budget', () => {
    const requests = Array.from({ length: 10 }, (_, i) => aFailedTokenRequest({ time: noon + i }))
    const firing = (exclusions: readonly Exclusion[]) => {
      const status = statusOf(observe(engineOf(exclusions), ...requests), noon + minute)
      return [
        status.alerts.some(({ isFiring }) => isFiring),
        status.burnReadings.every(({ rate }) => rate === 0),
      ]
    }
    expect(firing([])).toEqual([true, false])
    expect(firing([patch])).toEqual([false, true])
  })

  it('does not make a young history look quieter than it was', () => {
    // Eleven hours of one request a minute, nine of them left out, and 200 failures in the last.
    const work = anExclusion([{ from: noon - 9 * hour, to: noon }])
    const isPaging = (percent: string) => {
      const engine = engineOf([work], undefined, { target: aTarget(percent) })
      for (let time = noon - 10 * hour; time < noon + hour; time += minute)
        observe(engine, aTokenRequest({ time }))
      for (let i = 0; i < 200; i++) observe(engine, aFailedTokenRequest({ time: noon + i * second }))
      expect(counts(engine)).toEqual([120, 200, 540])
      return statusOf(engine).alerts.find(({ id }) => id === 'page-half-budget')?.isFiring
    }
    // 320 in two of 711 hours are 113 760 in the period.
    expect([isPaging('99'), isPaging('99.7')]).toEqual([false, true])
  })
})

describe('windows that are left out as a whole', () => {
  const all = anExclusion([{ from: noon - 40 * day, to: noon + day }])
  it.each(['hold', 'good', 'bad'] as const)('are worth nothing, whatever no data is worth (%s)', (noData) => {
    const engine = observe(engineOf([all], undefined, { noData }), aFailedTokenRequest({ time: noon }))
    const status = statusOf(engine)
    expect([status.value, status.burnRate, status.errorBudgetRemaining]).toEqual([1, 0, 1])
    expect(status.burnReadings.map(({ rate }) => rate)).toEqual(status.burnReadings.map(() => 0))
  })

  it('hold what was before the maintenance', () => {
    const work = anExclusion([{ from: noon, to: noon + 3 * hour }])
    const engine = observe(
      engineOf([work]),
      aTokenRequest({ time: noon - minute }),
      aFailedTokenRequest({ time: noon - minute }),
      ...[0, 1, 2].map((h) => aFailedTokenRequest({ time: noon + h * hour })),
    )
    const hours = statusOf(engine, noon + 3 * hour).burnReadings.find(({ window }) => window === '1h')
    expect([hours?.errorRatio, hours?.counts]).toEqual([0.5, { good: 0, bad: 0, excluded: 1 }])
  })

  it('of slices are neither good nor bad', () => {
    const budgeting = { method: 'Timeslices', sliceMs: minute, sliceTarget: '0.9' } as const
    const half = anExclusion([{ from: noon + 5 * minute + 30 * second, to: noon + 15 * minute }])
    for (const noData of ['good', 'bad'] as const) {
      const engine = engineOf([half], undefined, { budgeting, noData, target: aTarget('50') })
      observe(engine, aTokenRequest({ time: noon }), aFailedTokenRequest({ time: noon + 6 * minute }))
      const status = statusOf(engine, noon + 20 * minute)
      // Slices 5 to 14 are left out; of the other ten, one was good and nine were silent.
      expect(status.value).toBe(noData === 'good' ? 1 : 0.1)
      expect(status.counts).toEqual({ good: 1, bad: 0, excluded: 0 })
      expect(status.beforeExclusions?.counts).toEqual({ good: 1, bad: 1, excluded: 0 })
    }
  })
})

describe('a maintenance window of some events', () => {
  const apart = (...ids: readonly string[]) =>
    anExclusion([{ from: noon, to: noon + hour }], { identity: ids }, `window-of-${ids.join('-')}`)
  const failures = (...ids: readonly string[]) =>
    ids.map((id, i) => aFailedTokenRequest({ time: noon + i, ...identity(id) }))

  it('leaves the others alone', () => {
    const engine = observe(engineOf([apart('a')]), ...failures('a', 'b', 'a'))
    expect(counts(engine)).toEqual([0, 1, 2])
    expect(unexcluded(engine).leftOutMs).toBe(0)
  })

  it('takes an event once that several of them select', () => {
    const engine = observe(
      engineOf([apart('a'), apart('a', 'b'), apart('b', 'c')]),
      ...failures('a', 'b', 'd'),
    )
    expect(counts(engine)).toEqual([0, 1, 2])
  })

  it('says up to when events were not told apart, when it is loaded later', () => {
    const engine = observe(engineOf([]), ...failures('a', 'b'))
    const fresh = engineOf([apart('a')], engine)
    expect([counts(fresh), unexcluded(fresh).partialBefore]).toEqual([[0, 2, 0], noon + 1])
    const late = aFailedTokenRequest({ time: noon, ...identity('a') })
    observe(fresh, late, aFailedTokenRequest({ time: noon + 2, ...identity('a') }))
    expect([counts(fresh), unexcluded(fresh).partialBefore]).toEqual([[0, 2, 2], noon + 1])
    // A replay has all events before it.
    const replayed = observe(engineOf([apart('a')]), ...failures('a', 'b', 'a'), late)
    expect([counts(replayed), unexcluded(replayed).partialBefore]).toEqual([[0, 1, 3], undefined])
  })

  it('is exact at once where its time lies after all that was counted before it was loaded', () => {
    const engine = observe(engineOf([]), aFailedTokenRequest({ time: noon - 1, ...identity('a') }))
    const fresh = observe(engineOf([apart('a')], engine), ...failures('a', 'b'))
    expect([counts(fresh), unexcluded(fresh).partialBefore]).toEqual([[0, 2, 1], undefined])
  })

  it('goes on over restarts, and knows what came while it was not there', () => {
    const store = new ChunkStore()
    const restart = (engine: Engine, exclusions: readonly Exclusion[]): Engine => {
      store.save(engine)
      return store.restore(engineOf(exclusions))
    }
    let engine = observe(restart(engineOf([]), [apart('a')]), ...failures('a', 'b'))
    engine = observe(restart(engine, [apart('a'), apart('b')]), ...failures('b', 'a'))
    // Those of b are told apart since the second start.
    expect([counts(engine), unexcluded(engine).partialBefore]).toEqual([[0, 1, 3], noon + 1])
    engine = restart(engine, [apart('b')])
    expect([counts(engine), unexcluded(engine).partialBefore]).toEqual([[0, 3, 1], noon + 1])
    engine = observe(restart(engine, []), ...failures('b'))
    engine = restart(engine, [apart('b')])
    expect([counts(engine), unexcluded(engine).partialBefore]).toEqual([[0, 5, 0], noon + 1])
    expect(counts(restart(engine, [apart('b')]))).toEqual([0, 5, 0])
  })

  it('keeps what others select when one is dropped, in memory and in the store', () => {
    const store = new ChunkStore()
    const engine = observe(engineOf([apart('a'), apart('a', 'b')]), ...failures('a', 'b', 'c'))
    store.save(engine)
    const fresh = engineOf([apart('a', 'b')], engine)
    expect(counts(fresh)).toEqual([0, 1, 2])
    observe(fresh, ...failures('a'))
    store.save(fresh)
    const again = store.restore(engineOf([apart('a', 'b')]))
    expect([counts(again), unexcluded(again).partialBefore]).toEqual([[0, 1, 3], undefined])
    expect(counts(store.restore(engineOf([])))).toEqual([0, 4, 0])
  })

  it('is not mistaken for a former one of the same events, whose failures are excused later', () => {
    const sli = { indicator: 'service-auth', where: {} } as const
    const refused = anExpiredTokenUse({ time: noon, ...identity('a') })
    const accepted = aTokenUse({ time: noon + second, ...identity('a') })
    let engine = observe(engineOf([apart('a')], undefined, { sli }), refused)
    engine = engineOf([], engine, { sli })
    engine = engineOf([apart('a')], engine, { sli })
    observe(engine, accepted)
    // The refusal was counted, and is excused; the success was told apart.
    expect(counts(engine)).toEqual([0, 0, 2])
    expect(unexcluded(engine).counts).toEqual({ good: 1, bad: 0, excluded: 1 })
  })

  it('leaves out a failure that is excused after a restart as an excused one', () => {
    const sli = { indicator: 'service-auth', where: {} } as const
    const store = new ChunkStore()
    const refused = anExpiredTokenUse({ time: noon, ...identity('a') })
    store.save(observe(engineOf([apart('a')], undefined, { sli }), refused))
    const engine = store.restore(engineOf([apart('a')], undefined, { sli }))
    expect(counts(engine)).toEqual([0, 0, 1])
    observe(engine, aTokenUse({ time: noon + second, ...identity('a') }))
    expect([counts(engine), unexcluded(engine).counts]).toEqual([[0, 0, 2], { good: 1, bad: 0, excluded: 1 }])
  })

  it('makes the engine look at the fields that it selects on', () => {
    const engine = engineOf([anExclusion([], { workload: ['pod-1'] })])
    expect(engine.selectsOn).toEqual({ service: false, audience: false, workload: true })
  })

  it('costs as much memory as the events that it selects', () => {
    const engine = observe(engineOf([apart('a')]), ...failures('b'))
    const [state] = engine.states
    expect(state?.exclusions.bytes).toBe(0)
    for (let time = noon - 90 * day; time < noon; time += 5 * minute)
      observe(engine, aTokenRequest({ time, ...identity('a') }))
    expect(state?.exclusions.bytes).toBeGreaterThan(50_000)
    expect(state?.exclusions.bytes).toBeLessThanOrEqual(150_000)
  })
})
