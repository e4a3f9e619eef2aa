import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Dedupe } from '../../src/events/dedupe.ts'
import { availableIndicators } from '../../src/indicators/available.ts'
import { Engine } from '../../src/objectives/engine.ts'
import { evaluate, type ObjectiveStatus } from '../../src/objectives/evaluate.ts'
import type { Objective } from '../../src/objectives/objective.ts'
import { arbitraryDeliveries, evaluatedObjective } from '../support/arbitrary-event.ts'
import { periodByTrial } from '../support/calendar-oracle.ts'
import { type Delivery, isAbove, type OracleStatus, oracleStatus } from '../support/slo-oracle.ts'

const hour = 3_600_000
const day = 24 * hour
/** Neither the start of any bucket nor the end of any period. */
const newest = Date.UTC(2026, 9, 27, 13, 17, 43, 210)

function engineAfter(objectives: readonly Objective[], deliveries: readonly Delivery[]): Engine {
  const engine = new Engine(objectives, availableIndicators, { fineMs: 2 * hour, slicesMs: 200 * day })
  const dedupe = new Dedupe(16_000_000)
  for (const { event, owner } of deliveries)
    if (dedupe.isFirst(event.id, event.time)) engine.observe(event, engine.targetsFor(event, owner))
  return engine
}

function oracleFor(
  objective: Objective,
  deliveries: readonly Delivery[],
  at: number,
  windows: readonly number[],
) {
  const from =
    objective.window.kind === 'rolling'
      ? at - objective.window.durationMs
      : periodByTrial(objective.window, at - 1).start
  return oracleStatus(objective, deliveries, at, from, windows)
}

function expectRatio(given: number, expected: number): void {
  expect(Number.isFinite(given)).toBe(true)
  expect(Math.abs(given - expected)).toBeLessThanOrEqual(1e-12 * Math.max(1, Math.abs(expected)))
}

/** Undefined: so close to a threshold that rounding decides. */
function expectAlert(given: boolean | undefined, expected: boolean | undefined): void {
  if (expected !== undefined) expect(given).toBe(expected)
}

/** Long and short window, factor in hundredths of the period: section H of the research, for the periods it lists. */
const tables: Readonly<
  Record<number, readonly (readonly [id: string, long: number, short: number, factor: number])[]>
> = {
  30: [
    ['page-quick', hour, hour / 12, 14.4],
    ['page-slow', 6 * hour, hour / 2, 6],
    ['ticket-quick', day, 2 * hour, 3],
    ['ticket-slow', 3 * day, 6 * hour, 1],
  ],
  28: [
    ['page-quick', hour, hour / 12, 13.44],
    ['page-slow', 6 * hour, hour / 2, 5.6],
    ['ticket-quick', day, 2 * hour, 2.8],
    ['ticket-slow', 1.5 * day, 3 * hour, 28 / 15],
  ],
  7: [
    ['page-quick', hour, hour / 12, 3.36],
    ['page-slow', 6 * hour, hour / 2, 1.4],
    ['ticket-quick', day / 2, hour, 1.4],
  ],
}

function expectAlerts(status: ObjectiveStatus, oracle: OracleStatus, objective: Objective): void {
  const firing = (id: string): boolean | undefined => status.alerts.find((alert) => alert.id === id)?.isFiring
  expectAlert(firing('page-half-budget'), oracle.halfBudget)
  expectAlert(firing('ticket-exhausted'), oracle.exhausted)
  const table = tables[objective.window.durationMs / day]
  if (table === undefined) return
  expect(status.alerts).toHaveLength(table.length + 2)
  for (const [id, longMs, shortMs, factor] of table) {
    const long = oracle.windows.get(longMs)
    const short = oracle.windows.get(shortMs)
    if (long === undefined || short === undefined) throw new Error(`no window of ${id}`)
    const isBurning = [long, short].map(({ burn }) => isAbove(burn, factor))
    if (isBurning.includes(undefined)) continue
    const isFiring = !isBurning.includes(false) && long.counts.bad >= objective.minBadEvents
    expect([id, firing(id)]).toEqual([id, isFiring])
  }
}

function expectSame(status: ObjectiveStatus, oracle: OracleStatus, objective: Objective): void {
  expect(status.from).toBe(oracle.from)
  expect(status.counts).toEqual(oracle.counts)
  expectRatio(status.value, oracle.value)
  expectRatio(status.errorRatio, oracle.errorRatio)
  expectRatio(status.burnRate, oracle.burn)
  expectRatio(status.errorBudgetRemaining, oracle.remaining)
  for (const { window, windowMs, rate, errorRatio, counts } of status.burnReadings) {
    const expected = oracle.windows.get(windowMs)
    if (expected === undefined) throw new Error(`no window ${window}`)
    expect([window, counts]).toEqual([window, expected.counts])
    expectRatio(rate, expected.burn)
    expectRatio(errorRatio, expected.errorRatio)
  }
  expectAlerts(status, oracle, objective)
}

/** From the newest event to days after it. */
const delay = fc.oneof(
  fc.constant(1),
  fc.integer({ min: 1, max: hour }),
  fc.integer({ min: 1, max: 2 * day }),
)

const rehearsals = fc.array(evaluatedObjective, { minLength: 1, maxLength: 3 }).chain((objectives) => {
  const named = objectives.map((objective, i) => ({ ...objective, id: `objective-${i}` }))
  const reach = Math.min(...named.map(({ window }) => Math.max(window.durationMs, 3 * day) + day))
  return fc.tuple(fc.constant(named), arbitraryDeliveries(newest, reach), delay)
})

describe('the engine', () => {
  it('says of any events and objectives what an oracle counts by hand, in every order of arrival', () => {
    fc.assert(
      fc.property(rehearsals, ([objectives, deliveries, later]) => {
        const at = newest + later
        for (const state of engineAfter(objectives, deliveries).states) {
          const status = evaluate(state, at)
          const oracle = oracleFor(state.objective, deliveries, at, state.burnWindowsMs)
          expectSame(status, oracle, state.objective)
        }
      }),
      { numRuns: 300 },
    )
  })

  it('counts the same after forgetting what can no longer change', () => {
    fc.assert(
      fc.property(rehearsals, ([objectives, deliveries, later]) => {
        const inOrder = deliveries.toSorted((a, b) => a.event.time - b.event.time)
        const engine = new Engine(objectives, availableIndicators, { fineMs: 2 * hour, slicesMs: 2 * hour })
        const dedupe = new Dedupe(16_000_000)
        for (const { event, owner } of inOrder) {
          if (dedupe.isFirst(event.id, event.time)) engine.observe(event, engine.targetsFor(event, owner))
          dedupe.prune(event.time - 2 * hour)
          engine.prune(event.time - 2 * hour)
        }
        for (const state of engine.states) {
          const oracle = oracleFor(state.objective, deliveries, newest + later, state.burnWindowsMs)
          expectSame(evaluate(state, newest + later), oracle, state.objective)
        }
      }),
      { numRuns: 100 },
    )
  })
})
