import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { availableIndicators } from '../../src/indicators/available.ts'
import { Engine } from '../../src/objectives/engine.ts'
import { type AlertReading, evaluate, type ObjectiveStatus } from '../../src/objectives/evaluate.ts'
import type { NoData, Objective } from '../../src/objectives/objective.ts'
import type { ObjectiveState } from '../../src/objectives/objective-state.ts'
import { arbitraryDeliveries, evaluatedObjective } from '../support/arbitrary-event.ts'
import { arbitraryObjective } from '../support/arbitrary-objective.ts'
import { aFailedTokenRequest, aTokenRequest, noon } from '../support/event.ts'
import { anObjective, aTarget, calendarMonth, rollingDays } from '../support/objective.ts'

const second = 1000
const minute = 60 * second
const hour = 60 * minute
const day = 24 * hour

function stateOf(changes: Partial<Objective> = {}): ObjectiveState {
  const retention = { fineMs: 2 * hour, slicesMs: 31 * day }
  const [state] = new Engine([anObjective(changes)], availableIndicators, retention).states
  if (state === undefined) throw new Error('an engine has a state for each objective')
  return state
}

/** Events of one instant. */
function add(
  state: ObjectiveState,
  time: number,
  { good = 0, bad = 0, excluded = 0, part = 0 },
): ObjectiveState {
  if (good > 0) state.record(aTokenRequest({ time }), part, 'good', good)
  if (bad > 0) state.record(aFailedTokenRequest({ time }), part, 'bad', bad)
  if (excluded > 0) state.record(aFailedTokenRequest({ time }), part, 'excluded', excluded)
  return state
}

function steady(
  state: ObjectiveState,
  from: number,
  to: number,
  everyMs: number,
  counts: { good: number; bad?: number },
) {
  for (let time = from; time < to; time += everyMs) add(state, time, counts)
  return state
}

function burn(status: ObjectiveStatus, window: string): number {
  return status.burnReadings.find((reading) => reading.window === window)?.rate ?? Number.NaN
}

function firing(status: ObjectiveStatus): readonly AlertReading['id'][] {
  return status.alerts.filter(({ isFiring }) => isFiring).map(({ id }) => id)
}

describe('a burn rate', () => {
  it('of 1 spends the budget exactly at the end of the window, whatever the window and the target', () => {
    const cases = fc.record({
      units: fc.integer({ min: 1, max: 2000 }),
      days: fc.integer({ min: 1, max: 60 }),
      perDay: fc.integer({ min: 1, max: 5 }),
    })
    fc.assert(
      fc.property(cases, ({ units, days, perDay }) => {
        const percent = String((1_000_000 - units) / 10_000)
        const state = stateOf({ target: aTarget(percent), window: rollingDays(days) })
        const counts = { good: (1_000_000 - units) * perDay, bad: units * perDay }
        steady(state, noon - days * day, noon, day, counts)
        const status = evaluate(state, noon)
        expect(status.burnRate).toBe(1)
        expect(status.errorBudgetRemaining).toBe(0)
        expect(firing(status)).not.toContain('ticket-exhausted')
        const spent = evaluate(add(state, noon - 1, { bad: 2 }), noon)
        expect(spent.errorBudgetRemaining).toBeLessThan(0)
        expect(firing(spent)).toContain('ticket-exhausted')
      }),
      { numRuns: 50 },
    )
  })

  it('of ten for a tenth of the window spends it just as well', () => {
    const state = stateOf({ target: aTarget('99.9') })
    steady(state, noon - 30 * day, noon - 27 * day, hour, { good: 990, bad: 10 })
    steady(state, noon - 27 * day, noon, hour, { good: 1000 })
    const status = evaluate(state, noon)
    expect([status.burnRate, status.errorBudgetRemaining]).toEqual([1, 0])
    expect(burn(evaluate(state, noon - 27 * day), '3d')).toBe(10)
  })

  it('at the threshold of the quick page for an hour spends 2 % of the budget', () => {
    const state = stateOf()
    steady(state, noon - 30 * day, noon - hour, hour, { good: 10_000 })
    add(state, noon - 1, { good: 9928, bad: 72 })
    const status = evaluate(state, noon)
    expect(burn(status, '1h')).toBe(14.4)
    expect(status.errorBudgetRemaining).toBeCloseTo(0.98, 12)
  })

  it('is that of each window alone', () => {
    const state = stateOf({ target: aTarget('99') })
    add(state, noon - 4 * minute, { good: 98, bad: 2 })
    add(state, noon - 20 * minute, { good: 100 })
    add(state, noon - 50 * minute, { bad: 10 })
    add(state, noon - 90 * minute, { good: 190 })
    const status = evaluate(state, noon)
    expect(status.burnReadings.map(({ window, rate }) => [window, rate])).toEqual([
      ['5m', 2],
      ['15m', 2],
      ['30m', 1],
      ['1h', (12 / 210) * 100],
      ['2h', 3],
      ['6h', 3],
      ['1d', 3],
      ['3d', 3],
    ])
  })

  it('changes in the past when a late event comes, in its own window and in no other', () => {
    const state = stateOf()
    steady(state, noon - day, noon, hour, { good: 10 })
    const before = evaluate(state, noon)
    add(state, noon - 10 * hour, { bad: 5 })
    const after = evaluate(state, noon)
    for (const window of ['5m', '30m', '1h', '2h', '6h'])
      expect(burn(after, window)).toBe(burn(before, window))
    for (const window of ['1d', '3d']) expect(burn(after, window)).toBeGreaterThan(burn(before, window))
  })
})

/** A single failure is enough to page: thresholds show to the last event. */
const unguarded: Partial<Objective> = { minBadEvents: 1 }

describe('burn-rate alerts', () => {
  /** All in the last five minutes, so that all windows read the same. */
  function firingAfter(
    bad: number,
    total: number,
    changes: Partial<Objective> = {},
  ): readonly AlertReading['id'][] {
    const state = stateOf(changes)
    return firing(evaluate(add(state, noon - 1, { good: total - bad, bad }), noon))
  }

  it.each([
    [72, 'page-quick', 14.4],
    [30, 'page-slow', 6],
    [15, 'ticket-quick', 3],
    [5, 'ticket-slow', 1],
  ])('do not fire at exactly their factor (%i bad of 10,000 for %s, %d), but right above it', (bad, id) => {
    expect(firingAfter(bad, 10_000, unguarded)).not.toContain(id)
    expect(firingAfter(bad + 1, 10_000, unguarded)).toContain(id)
  })

  it('do not fire while only the long window is at exactly their factor', () => {
    const state = add(stateOf(unguarded), noon - 30 * minute, { good: 9900 })
    add(state, noon - minute, { good: 28, bad: 72 })
    expect(burn(evaluate(state, noon), '1h')).toBe(14.4)
    expect(firing(evaluate(state, noon))).not.toContain('page-quick')
    expect(firing(evaluate(add(state, noon - minute, { bad: 1 }), noon))).toContain('page-quick')
  })

  it('need the short window to burn as well', () => {
    const state = stateOf(unguarded)
    add(state, noon - 40 * minute, { good: 900, bad: 100 })
    add(state, noon - minute, { good: 100 })
    expect(firing(evaluate(state, noon))).not.toContain('page-quick')
    expect(firing(evaluate(state, noon - 36 * minute))).toContain('page-quick')
  })

  it('need the long window to burn as well', () => {
    const state = stateOf()
    steady(state, noon - hour, noon - 5 * minute, minute, { good: 10_000 })
    add(state, noon - minute, { good: 990, bad: 10 })
    const status = evaluate(state, noon)
    expect(burn(status, '5m')).toBeGreaterThan(14.4)
    expect(firing(status)).not.toContain('page-quick')
  })

  it('never fire for fewer bad events than an objective wants', () => {
    const tickets = ['ticket-quick', 'ticket-slow']
    expect(firingAfter(1, 1)).toEqual([])
    expect(firingAfter(2, 2)).toEqual(expect.arrayContaining(tickets))
    const all = ['page-sustained', 'page-quick', 'page-slow', ...tickets]
    expect(firingAfter(1, 1, unguarded)).toEqual(expect.arrayContaining(all))
    expect(firingAfter(9, 9, { minBadEvents: 10 })).toEqual([])
  })

  it('are those that an objective chose, and the two that count always', () => {
    const ids = (changes: Partial<Objective>) => evaluate(stateOf(changes), noon).alerts.map(({ id }) => id)
    expect(ids({ alertTiers: ['page-slow'] })).toEqual(['page-slow', 'page-half-budget', 'ticket-exhausted'])
    expect(ids({ alertTiers: [] })).toEqual(['page-half-budget', 'ticket-exhausted'])
    // Who names tickets only is never paged.
    expect(ids({ alertTiers: ['ticket-slow'] })).toEqual(['ticket-slow', 'ticket-exhausted'])
  })
})

describe('the page for half of the budget in an hour', () => {
  it('fires beyond half, not at half', () => {
    // 72,000 events with these: a budget of 720.
    const state = stateOf({ target: aTarget('99'), ...unguarded })
    steady(state, noon - 30 * day, noon, hour, { good: 99 })
    add(state, noon - hour, { good: 360, bad: 360 })
    expect(firing(evaluate(state, noon))).not.toContain('page-half-budget')
    add(state, noon - hour, { bad: 1 })
    expect(firing(evaluate(state, noon))).toContain('page-half-budget')
  })

  it('does not count what was spent more than an hour ago', () => {
    const state = steady(stateOf(), noon - 30 * day, noon, hour, { good: 100 })
    add(state, noon - 61 * minute, { bad: 30 })
    expect(firing(evaluate(state, noon))).not.toContain('page-half-budget')
  })

  it('expects of a young history that it goes on as it began', () => {
    const state = stateOf({ target: aTarget('99.9'), ...unguarded })
    add(state, noon - minute, { good: 998, bad: 2 })
    expect(firing(evaluate(state, noon))).not.toContain('page-half-budget')
    add(state, noon - minute, { bad: 600 })
    expect(firing(evaluate(state, noon))).toContain('page-half-budget')
  })

  it('does not take the first hour of a calendar month for the whole of its traffic', () => {
    const monthStart = Date.parse('2026-06-30T22:00:00Z')
    const state = stateOf({ target: aTarget('99.9'), window: calendarMonth, ...unguarded })
    steady(state, monthStart - 40 * day, monthStart + hour, hour, { good: 1000 })
    add(state, monthStart + 10 * minute, { bad: 2 })
    const status = evaluate(state, monthStart + hour)
    expect(status.counts).toEqual({ good: 1000, bad: 2, excluded: 0 })
    expect(firing(status)).not.toContain('page-half-budget')
    add(state, monthStart + 10 * minute, { bad: 400 })
    expect(firing(evaluate(state, monthStart + hour))).toContain('page-half-budget')
  })

  it('wants the minimum of bad events', () => {
    const few = stateOf({ minBadEvents: 2, target: aTarget('99') })
    expect(firing(evaluate(add(few, noon - minute, { bad: 1 }), noon))).toEqual([])
  })
})

describe('the own window of an objective', () => {
  it('of a calendar month begins at its local midnight', () => {
    const state = stateOf({ window: calendarMonth, target: aTarget('90') })
    const start = Date.parse('2026-06-30T22:00:00Z')
    add(state, start - 1, { bad: 100 })
    add(state, start, { good: 9, bad: 1 })
    const status = evaluate(state, start + day)
    expect([status.from, status.to]).toEqual([start, start + day])
    expect(status.counts).toEqual({ good: 9, bad: 1, excluded: 0 })
    expect(status.errorBudgetRemaining).toBe(0)
  })

  it('that has just ended is read whole, and the next one begins untouched', () => {
    const state = stateOf({ window: calendarMonth })
    const end = Date.parse('2026-07-31T22:00:00Z')
    add(state, end - 1, { bad: 7 })
    expect(evaluate(state, end)).toMatchObject({
      from: Date.parse('2026-06-30T22:00:00Z'),
      counts: { bad: 7 },
    })
    expect(evaluate(state, end + 1)).toMatchObject({ from: end, counts: { bad: 0 }, errorBudgetRemaining: 1 })
    expect(evaluate(state, end - 31 * day)).toMatchObject({ from: Date.parse('2026-05-31T22:00:00Z') })
  })

  it('of a quarter in a zone three quarters of an hour off is right to the hour', () => {
    const window = {
      ...calendarMonth,
      durationMs: 90 * day,
      text: '1Q',
      unit: 'Q',
      timeZone: 'Asia/Kathmandu',
    } as const
    const state = stateOf({ window })
    const start = Date.parse('2026-06-30T18:15:00Z')
    add(state, start + hour, { bad: 3 })
    add(state, start - 2 * hour, { bad: 100 })
    add(state, start + 60 * day, { good: 1 })
    expect(evaluate(state, start + 60 * day + 1)).toMatchObject({ from: start, counts: { good: 1, bad: 3 } })
  })
})

describe('a window without events', () => {
  function quietSince(time: number, noData: NoData, changes: Partial<Objective> = {}): ObjectiveState {
    return add(stateOf({ noData, target: aTarget('99'), ...changes }), time, { good: 90, bad: 10 })
  }

  it('holds its last rate', () => {
    const status = evaluate(quietSince(noon - 100 * day, 'hold'), noon)
    expect(status.burnReadings.map(({ rate }) => rate)).toEqual([10, 10, 10, 10, 10, 10, 10, 10])
    expect(status.burnReadings.map(({ counts }) => counts.bad)).toEqual([0, 0, 0, 0, 0, 0, 0, 0])
    expect([status.value, status.errorBudgetRemaining]).toEqual([1, 1])
  })

  it('goes on holding it while events come that are excluded', () => {
    const state = quietSince(noon - 7 * hour, 'hold')
    for (let time = noon - 6.5 * hour; time < noon; time += minute) add(state, time, { excluded: 3 })
    const status = evaluate(state, noon)
    expect(burn(status, '5m')).toBe(10)
    expect(burn(status, '6h')).toBe(10)
  })

  it('is worth one good event, or one bad one', () => {
    const good = evaluate(quietSince(noon - 100 * day, 'good'), noon)
    expect([good.value, good.errorBudgetRemaining, burn(good, '1h')]).toEqual([1, 1, 0])
    const bad = evaluate(quietSince(noon - 100 * day, 'bad'), noon)
    expect(bad.value).toBe(0)
    expect(bad.errorBudgetRemaining).toBe(-99)
    expect(burn(bad, '1h')).toBe(100)
    // What was not seen to fail pages nobody: freshness has an alert of its own.
    expect(firing(bad)).toEqual([])
  })

  it('has a defined value before the first event ever', () => {
    for (const noData of ['hold', 'good'] as const) {
      const status = evaluate(stateOf({ noData }), 0)
      expect(status.hasData).toBe(false)
      expect([status.value, status.errorRatio, status.burnRate, status.errorBudgetRemaining]).toEqual([
        1, 0, 0, 1,
      ])
    }
    expect(evaluate(stateOf({ noData: 'bad' }), 0).value).toBe(0)
  })

  const slices = { method: 'Timeslices', sliceMs: minute, sliceTarget: '0.95' } as const
  it.each([
    ['good', 0.9],
    ['bad', 0.1],
    ['hold', 0.5],
  ] as const)('of slices makes each slice that nothing happened in %s', (noData, value) => {
    const state = stateOf({ noData, budgeting: slices, target: aTarget('50') })
    add(state, noon - 10 * minute, { good: 1 })
    add(state, noon - 2 * minute, { bad: 1 })
    const status = evaluate(state, noon)
    expect(status.counts).toEqual({ good: 1, bad: 1, excluded: 0 })
    expect(status.value).toBeCloseTo(value, 12)
  })

  it('of slices does not begin before the first event, and does not judge the slice that is still open', () => {
    const state = stateOf({ noData: 'bad', budgeting: slices, target: aTarget('50') })
    add(state, noon, { good: 1 })
    expect(evaluate(state, noon + 30 * second).value).toBe(1)
    expect(evaluate(state, noon + minute + 59 * second).value).toBe(1)
    expect(evaluate(state, noon + 2 * minute).value).toBe(0.5)
    // An event in the open slice is no reason to pass over the empty one before it.
    add(state, noon + 2 * minute, { good: 1 })
    expect(evaluate(state, noon + 2 * minute + 30 * second).value).toBeCloseTo(2 / 3, 12)
  })
})

describe('a composite', () => {
  const sli = { indicator: 'token-issuance', where: {} } as const
  const parts = [
    { name: 'first', sli, weight: 3, target: aTarget('99') },
    { name: 'second', sli, weight: 1, target: aTarget('90') },
  ]

  it('of occurrences burns as the weighted mean of its parts', () => {
    const state = stateOf({ sli: undefined, parts, target: aTarget('96.75') })
    add(state, noon - 1, { good: 99, bad: 1, part: 0 })
    add(state, noon - 1, { good: 50, bad: 50, part: 1 })
    const status = evaluate(state, noon)
    expect(status.burnRate).toBe((3 * 1 + 1 * 5) / 4)
    expect(status.errorBudgetRemaining).toBe(-1)
    expect(status.value).toBe(149 / 200)
  })

  it('pages for half of its budgets in an hour by the weights of its parts, whatever their traffic', () => {
    const even = [
      { name: 'busy', sli, weight: 1, target: aTarget('99') },
      { name: 'quiet', sli, weight: 1, target: aTarget('99') },
    ]
    const firingWith = (quiet: number, busy: number) => {
      const state = stateOf({ sli: undefined, parts: even, target: aTarget('99'), ...unguarded })
      for (let time = noon - 30 * day; time < noon; time += day) {
        add(state, time, { good: 10_000, part: 0 })
        add(state, time, { good: 100, part: 1 })
      }
      add(state, noon - minute, { bad: busy, part: 0 })
      add(state, noon - minute, { bad: quiet, part: 1 })
      return firing(evaluate(state, noon))
    }
    // About 3000 may fail of the one part and 30 of the other: 40 are more than all of that, and half of both.
    expect(firingWith(20, 0)).not.toContain('page-half-budget')
    expect(firingWith(40, 0)).toContain('page-half-budget')
    expect(firingWith(0, 2500)).not.toContain('page-half-budget')
    expect(firingWith(0, 3500)).toContain('page-half-budget')
    expect(firingWith(16, 1600)).toContain('page-half-budget')
  })

  it('leaves out a part that has no data, and holds each part by itself', () => {
    const state = stateOf({ sli: undefined, parts, target: aTarget('96.75') })
    add(state, noon - 1, { good: 99, bad: 1, part: 0 })
    expect(evaluate(state, noon).burnRate).toBe(1)
    add(state, noon - 5 * hour, { good: 50, bad: 50, part: 1 })
    const status = evaluate(state, noon)
    expect(burn(status, '1h')).toBe(2)
    // Says of the ratio what it says of the rate.
    expect(status.burnReadings.find(({ window }) => window === '1h')?.errorRatio).toBe(51 / 200)
  })
})

describe('any status', () => {
  function numbersOf(status: ObjectiveStatus): readonly number[] {
    const { value, errorRatio, burnRate, errorBudgetRemaining, counts, burnReadings, alerts } = status
    return [
      ...[value, errorRatio, burnRate, errorBudgetRemaining, ...Object.values(counts)],
      ...burnReadings.flatMap((each) => [each.rate, each.errorRatio, ...Object.values(each.counts)]),
      ...alerts.map(({ factor }) => factor),
    ]
  }

  it('is made of finite numbers in their range, at any time and for any objective', () => {
    const objectives = fc.oneof(arbitraryObjective, evaluatedObjective)
    const at = fc.oneof(fc.constantFrom(0, noon, noon + 1), fc.integer({ min: 0, max: 4_102_444_800_000 }))
    fc.assert(
      fc.property(objectives, arbitraryDeliveries(noon, 40 * day), at, (objective, deliveries, when) => {
        const engine = new Engine([objective], availableIndicators, { fineMs: 2 * hour, slicesMs: day })
        for (const { event, owner } of deliveries) engine.observe(event, engine.targetsFor(event, owner))
        for (const state of engine.states) {
          const status = evaluate(state, when)
          expect(numbersOf(status).filter((number) => !Number.isFinite(number))).toEqual([])
          expect(status.value >= 0 && status.value <= 1).toBe(true)
          expect(status.errorRatio >= 0 && status.errorRatio <= 1).toBe(true)
          expect(status.errorBudgetRemaining).toBeLessThanOrEqual(1)
          expect(status.burnReadings.every(({ rate }) => rate >= 0)).toBe(true)
        }
      }),
      { numRuns: 200 },
    )
  })

  it('is the same when it is asked for again', () => {
    fc.assert(
      fc.property(evaluatedObjective, arbitraryDeliveries(noon, 4 * day), (objective, deliveries) => {
        const engine = new Engine([objective], availableIndicators, { fineMs: 2 * hour, slicesMs: day })
        for (const { event, owner } of deliveries) engine.observe(event, engine.targetsFor(event, owner))
        const both = [0, 1].map(() => engine.states.map((state) => evaluate(state, noon + 1)))
        expect(both[1]).toEqual(both[0])
      }),
      { numRuns: 30 },
    )
  })
})
