/** A status compared with what the oracle says of the same events. */
import { expect } from 'vitest'
import type { ObjectiveStatus } from '../../src/objectives/evaluate.ts'
import type { Objective } from '../../src/objectives/objective.ts'
import { periodByTrial } from './calendar-oracle.ts'
import {
  all,
  isAbove,
  isEnough,
  type OracleExclusion,
  type OracleStatus,
  oracleStatus,
} from './slo-oracle.ts'
import type { Delivery } from './verdict-oracle.ts'

const hour = 3_600_000
const day = 24 * hour

export function oracleFor(
  objective: Objective,
  deliveries: readonly Delivery[],
  at: number,
  windows: readonly number[],
  exclusions: readonly OracleExclusion[] = [],
): OracleStatus {
  const from =
    objective.window.kind === 'rolling'
      ? at - objective.window.durationMs
      : periodByTrial(objective.window, at - 1).start
  return oracleStatus(objective, deliveries, at, from, windows, exclusions)
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
    ['page-sustained', hour / 4, hour / 12, 5.76],
    ['page-quick', hour, hour / 12, 14.4],
    ['page-slow', 6 * hour, hour / 2, 6],
    ['ticket-quick', day, 2 * hour, 3],
    ['ticket-slow', 3 * day, 6 * hour, 1],
  ],
  28: [
    ['page-sustained', hour / 4, hour / 12, 5.376],
    ['page-quick', hour, hour / 12, 13.44],
    ['page-slow', 6 * hour, hour / 2, 5.6],
    ['ticket-quick', day, 2 * hour, 2.8],
    ['ticket-slow', 1.5 * day, 3 * hour, 28 / 15],
  ],
  7: [
    ['page-sustained', hour / 4, hour / 12, 1.344],
    ['page-quick', hour, hour / 12, 3.36],
    ['page-slow', 6 * hour, hour / 2, 1.4],
    ['ticket-quick', day / 2, hour, 1.4],
  ],
}

function expectAlerts(status: ObjectiveStatus, oracle: OracleStatus, objective: Objective): void {
  const firing = (id: string): boolean | undefined => status.alerts.find((alert) => alert.id === id)?.isFiring
  expectAlert(firing('page-half-budget'), oracle.halfBudget)
  expectAlert(firing('ticket-exhausted'), oracle.exhausted)
  const known = tables[objective.window.durationMs / day]
  if (known === undefined) return
  const isSustainedWatched =
    objective.severityClass === 'critical' && objective.budgeting.method === 'Occurrences'
  const table = known.filter(([id]) => id !== 'page-sustained' || isSustainedWatched)
  expect(status.alerts).toHaveLength(table.length + 2)
  for (const [id, longMs, shortMs, factor] of table) {
    const long = oracle.windows.get(longMs)
    const short = oracle.windows.get(shortMs)
    if (long === undefined || short === undefined) throw new Error(`no window of ${id}`)
    const isFiring = all(
      () => isAbove(long.burn, factor),
      () => isAbove(short.burn, factor),
      () => isEnough(objective, long.counts.bad),
      () => !id.startsWith('page') || oracle.mayPage(longMs),
    )
    if (isFiring !== undefined) expect([id, firing(id)]).toEqual([id, isFiring])
  }
}

export function expectSame(status: ObjectiveStatus, oracle: OracleStatus, objective: Objective): void {
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
