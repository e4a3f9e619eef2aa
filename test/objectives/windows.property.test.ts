/** What any window must be, whatever was counted: parts add up, a burn rate of 1 lasts as long as the window. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { availableIndicators } from '../../src/indicators/available.ts'
import { type Counts, retentionFor, Tally } from '../../src/indicators/tally.ts'
import { Engine } from '../../src/objectives/engine.ts'
import { evaluate } from '../../src/objectives/evaluate.ts'
import { NetTally } from '../../src/objectives/exclusions/net-tally.ts'
import type { Objective, TimeWindow } from '../../src/objectives/objective.ts'
import type { ObjectiveState } from '../../src/objectives/objective-state.ts'
import { periodByTrial } from '../support/calendar-oracle.ts'
import { aFailedTokenRequest, aTokenRequest, noon } from '../support/event.ts'
import { anObjective, aTarget, calendarMonth, rollingDays } from '../support/objective.ts'

const minute = 60_000
const hour = 60 * minute
const day = 24 * hour

function stateOf(changes: Partial<Objective>): ObjectiveState {
  const retention = { fineMs: 2 * hour, slicesMs: 40 * day }
  const [state] = new Engine([anObjective(changes)], availableIndicators, retention).states
  if (state === undefined) throw new Error('an engine has a state for each objective')
  return state
}

function add(state: ObjectiveState, time: number, part: number, good: number, bad: number): void {
  if (good > 0) state.record(aTokenRequest({ time }), part, 'good', good)
  if (bad > 0) state.record(aFailedTokenRequest({ time }), part, 'bad', bad)
}

/** Start and end of the window that ends at noon, or of the month before it. */
function boundsOf(window: TimeWindow): readonly [from: number, to: number] {
  if (window.kind === 'rolling') return [noon - window.durationMs, noon]
  const { start } = periodByTrial(window, noon)
  return [periodByTrial(window, start - 1).start, start]
}

const windows = fc.constantFrom<TimeWindow>(
  rollingDays(30),
  rollingDays(7),
  rollingDays(90),
  { kind: 'rolling', durationMs: 36 * hour, text: '36h' },
  calendarMonth,
  {
    kind: 'calendar',
    durationMs: 30 * day,
    text: '1M',
    count: 1,
    unit: 'M',
    startTime: '2026-01-01 00:00:00',
    timeZone: 'America/New_York',
  },
)

describe('a burn rate of exactly 1', () => {
  it('spends of the budget, in any part of the window, exactly that part: all of it at its end and not before', () => {
    const cases = fc.record({
      window: windows,
      /** Budget in millionths. */
      units: fc.integer({ min: 1, max: 5000 }),
      share: fc.oneof(fc.constant(1), fc.double({ min: 0, max: 1, noNaN: true })),
      weights: fc.constantFrom<readonly number[]>([], [1, 1], [3, 1]),
    })
    fc.assert(
      fc.property(cases, ({ window, units, share, weights }) => {
        const target = aTarget(String((1_000_000 - units) / 10_000))
        const sli = { indicator: 'token-issuance', where: {} } as const
        const parts = weights.map((weight, i) => ({ name: `part-${i}`, sli, weight, target }))
        const state = stateOf({ window, target, ...(parts.length > 0 && { sli: undefined, parts }) })
        const [from, to] = boundsOf(window)
        const hours = (to - from) / hour
        const burning = Math.floor(hours * share)
        for (let h = 0; h < hours; h++) {
          const bad = h < burning ? units : 0
          for (const part of [0, 1].slice(0, Math.max(1, parts.length)))
            add(state, from + h * hour, part, 1_000_000 - bad, bad)
        }
        const { errorBudgetRemaining, burnRate, alerts } = evaluate(state, to)
        expect(errorBudgetRemaining).toBeCloseTo((hours - burning) / hours, 12)
        expect(burnRate).toBeCloseTo(burning / hours, 12)
        if (burning === hours) expect([errorBudgetRemaining, burnRate]).toEqual([0, 1])
        else expect(errorBudgetRemaining).toBeGreaterThan(0)
        const exhausted = () =>
          evaluate(state, to).alerts.find(({ id }) => id === 'ticket-exhausted')?.isFiring
        expect(alerts.find(({ id }) => id === 'ticket-exhausted')?.isFiring).toBe(false)
        if (burning < hours) return
        add(state, to - 1, 0, 0, 2)
        expect(exhausted()).toBe(true)
      }),
      { numRuns: 40 },
    )
  })

  it('spends that of slices with the last bad slice that is allowed', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 40 }), fc.constantFrom(2, 5, 10), (budgetSlices, percent) => {
        const slices = (budgetSlices * 100) / percent
        const state = stateOf({
          target: aTarget(String(100 - percent)),
          window: { kind: 'rolling', durationMs: slices * 5 * minute, text: 'some' },
          budgeting: { method: 'Timeslices', sliceMs: 5 * minute, sliceTarget: '0.5' },
        })
        for (let i = 1; i <= slices; i++) {
          const isBad = i <= budgetSlices
          add(state, noon - i * 5 * minute, 0, isBad ? 0 : 3, isBad ? 3 : 0)
        }
        const status = evaluate(state, noon)
        expect([status.burnRate, status.errorBudgetRemaining]).toEqual([1, 0])
        expect(status.counts).toEqual({ good: slices - budgetSlices, bad: budgetSlices, excluded: 0 })
      }),
      { numRuns: 30 },
    )
  })
})

function plus(a: Counts, b: Counts): Counts {
  return { good: a.good + b.good, bad: a.bad + b.bad, excluded: a.excluded + b.excluded }
}

describe('a window', () => {
  const instant = fc.oneof(fc.nat(3 * hour), fc.nat(4 * day), fc.nat(33 * day)).map((back) => noon - back)
  const events = fc.array(
    fc.record({
      time: instant,
      verdict: fc.constantFrom('good' as const, 'bad' as const, 'excluded' as const),
    }),
    { maxLength: 60, size: 'max' },
  )
  const spans = fc.array(
    fc.tuple(instant, fc.nat(2 * day)).map(([from, length]) => ({ from, to: from + length })),
    { maxLength: 4 },
  )

  it('is the sum of its parts wherever it is cut between buckets, with exclusions and without', () => {
    const cuts = fc.array(instant, { minLength: 2, maxLength: 6 })
    fc.assert(
      fc.property(events, spans, spans, cuts, (all, whole, some, at) => {
        const tally = new Tally(retentionFor(30 * day))
        const apart = new Tally(retentionFor(30 * day))
        for (const [i, { time, verdict }] of all.entries()) {
          tally.add(time, verdict)
          if (i % 3 === 0) apart.add(time, verdict)
        }
        const net = new NetTally(tally, whole, [{ tally: apart, spans: some }], true)
        for (const counted of [tally, net]) {
          const edges = at.map((cut) => counted.edge(cut)).sort((a, b) => a - b)
          const parts = edges.slice(1).map((to, i) => counted.window(edges[i] as number, to))
          const sum = parts.reduce(plus, { good: 0, bad: 0, excluded: 0 })
          expect(counted.window(edges[0] as number, edges.at(-1) as number)).toEqual(sum)
        }
        // Nothing is lost: what is left out is excluded.
        const [before, after] = [tally, net].map((each) => each.window(noon - 34 * day, noon + 1))
        const total = (counts: Counts | undefined) =>
          (counts?.good ?? 0) + (counts?.bad ?? 0) + (counts?.excluded ?? 0)
        expect(total(after)).toBe(total(before))
        expect((after?.good ?? 0) >= 0 && (after?.bad ?? 0) >= 0).toBe(true)
      }),
      { numRuns: 200 },
    )
  })

  it('that has passed changes by a late event if that lies in it, and does not if not', () => {
    const asked = fc.array(instant, { minLength: 1, maxLength: 8 })
    fc.assert(
      fc.property(events, instant, asked, (all, late, instants) => {
        const state = stateOf({ target: aTarget('90') })
        add(state, noon, 0, 1, 0)
        for (const { time, verdict } of all)
          if (verdict !== 'excluded')
            add(state, time, 0, verdict === 'good' ? 1 : 0, verdict === 'bad' ? 1 : 0)
        const [tally] = state.tallies
        if (tally === undefined) throw new Error('an objective has a tally')
        const read = () => instants.map((at) => evaluate(state, at).burnReadings.map(({ counts }) => counts))
        const before = read()
        add(state, late, 0, 0, 1)
        for (const [i, at] of instants.entries()) {
          const readings = evaluate(state, at).burnReadings
          for (const [j, { windowMs, counts }] of readings.entries()) {
            const isIn = late >= tally.edge(at - windowMs) && late < tally.end(at)
            const former = before[i]?.[j] as Counts
            expect(counts).toEqual({ ...former, bad: former.bad + (isIn ? 1 : 0) })
          }
        }
        const dayStart = Math.floor(late / day) * day
        const ofDay = state.contributors('identity', dayStart, dayStart + 1).top(1)[0]?.bad ?? 0
        const inDay = all.filter(
          ({ time, verdict }) => verdict === 'bad' && Math.floor(time / day) * day === dayStart,
        )
        expect(ofDay).toBe(inDay.length + 1)
      }),
      { numRuns: 100 },
    )
  })
})
