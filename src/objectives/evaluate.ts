/** The state of an objective at an instant: window, SLI, budget, burn rates and alerts. Pure and total: never NaN. */
import type { Counts } from '../indicators/tally.ts'
import { type AlertWindow, canPage, keepFiringMs } from './alert-windows.ts'
import { formatDuration } from './duration.ts'
import type { ObjectiveState } from './objective-state.ts'
import { goesOn, isGuarded } from './page-guard.ts'
import { type Row, readWindow, rowsOf, shown, type WindowReading, weightedMean } from './window-reading.ts'

/** One window of a burn rate. */
export interface BurnReading {
  readonly window: string
  readonly windowMs: number
  readonly rate: number
  readonly errorRatio: number
  readonly counts: Counts
}

export interface AlertReading {
  readonly id: AlertWindow['id'] | 'page-half-budget' | 'ticket-exhausted'
  readonly severity: 'page' | 'ticket'
  readonly isFiring: boolean
  /** Set where it would page, and only the guard against blips and chance says no. */
  readonly isHeldBack?: true
  /** Burn rate that both windows must exceed; for the two count tiers, of their one window. */
  readonly factor: number
  readonly longWindow: string
  /** Undefined for the two count tiers. */
  readonly shortWindow?: string
}

/** How long an alert goes on in event time after it was last seen to fire, ms. */
export function keepFiring({ severity }: Pick<AlertReading, 'severity'>): number {
  return severity === 'page' ? keepFiringMs : 0
}

/** How the window would stand if nothing were left out, and what is. */
export interface BeforeExclusions {
  readonly counts: Counts
  readonly value: number
  readonly errorRatio: number
  readonly burnRate: number
  readonly errorBudgetRemaining: number
  /** Time of the window in which everything is left out; of a composite, in its first part. ms. */
  readonly leftOutMs: number
  /** Names of the exclusions under way at the window's end. */
  readonly active: readonly string[]
  /**
   * An exclusion's `where` was not watched before this instant (epoch ms): what it would leave out of the window up to
   * then is still counted, and a replay leaves it out. Undefined where the numbers are exact.
   */
  readonly partialBefore: number | undefined
}

/** All numbers are those after exclusions, but for `beforeExclusions`. */
export interface ObjectiveStatus {
  readonly state: ObjectiveState
  /** The objective's own window, epoch ms, [from, to). */
  readonly from: number
  readonly to: number
  readonly counts: Counts
  /** Share of good events or slices in the window, of bad ones, and how fast the budget goes over it. */
  readonly value: number
  readonly errorRatio: number
  readonly burnRate: number
  readonly errorBudgetRemaining: number
  readonly burnReadings: readonly BurnReading[]
  readonly alerts: readonly AlertReading[]
  /** Undefined for an objective without exclusions. */
  readonly beforeExclusions: BeforeExclusions | undefined
  /** False until the first event: values are then defined, and mean nothing yet. */
  readonly hasData: boolean
}

const hourMs = 3_600_000

/** `at`: epoch ms; events at or after it must not have been observed. */
export function evaluate(state: ObjectiveState, at: number): ObjectiveStatus {
  const from = state.windowStart(at)
  const rows = rowsOf(state, at)
  const period = readWindow(state, rows, from, at, false)
  const lastHour = readWindow(state, rows, at - hourMs, at, true)
  const burnReadings = state.burnWindowsMs.map((windowMs): BurnReading => {
    const reading = windowMs === hourMs ? lastHour : readWindow(state, rows, at - windowMs, at, true)
    return {
      window: formatDuration(windowMs),
      windowMs,
      rate: reading.burn,
      errorRatio: reading.errorRatio,
      counts: shown(state, reading.counts),
    }
  })
  return {
    state,
    from,
    to: at,
    counts: shown(state, period.counts),
    value: period.value,
    errorRatio: period.errorRatio,
    burnRate: period.burn,
    errorBudgetRemaining: period.remaining,
    burnReadings,
    alerts: [...burnAlerts(state, rows, at, burnReadings), ...countAlerts(state, rows, at, period, lastHour)],
    beforeExclusions: state.exclusions.isEmpty ? undefined : beforeExclusions(state, rows, from, at),
    hasData: Number.isFinite(state.newest),
  }
}

function beforeExclusions(
  state: ObjectiveState,
  rows: readonly Row[],
  from: number,
  at: number,
): BeforeExclusions {
  const { counts, value, errorRatio, burn, remaining } = readWindow(state, rowsOf(state), from, at, false)
  const active = (state.objective.exclusions ?? []).filter(
    ({ schedule }) => schedule.spans(at, at + 1).length > 0,
  )
  return {
    counts: shown(state, counts),
    value,
    errorRatio,
    burnRate: burn,
    errorBudgetRemaining: remaining,
    leftOutMs: rows[0]?.net?.leftOutMs(from, at) ?? 0,
    active: active.map(({ name }) => name),
    partialBefore: state.exclusions.partialBefore(Math.max(from, state.oldest), at),
  }
}

function burnAlerts(
  state: ObjectiveState,
  rows: readonly Row[],
  at: number,
  readings: readonly BurnReading[],
): AlertReading[] {
  return state.alertWindows.map((tier): AlertReading => {
    const long = readings.find((reading) => reading.windowMs === tier.longMs)
    const short = readings.find((reading) => reading.windowMs === tier.shortMs)
    const isBurning = (long?.rate ?? 0) > tier.factor && (short?.rate ?? 0) > tier.factor
    const isDue = isBurning && isEnough(state, long?.counts.bad ?? 0)
    return {
      id: tier.id,
      severity: tier.severity,
      ...(tier.severity === 'page' ? guarded(state, rows, at, tier.longMs, isDue) : { isFiring: isDue }),
      factor: tier.factor,
      longWindow: formatDuration(tier.longMs),
      shortWindow: formatDuration(tier.shortMs),
    }
  })
}

/** Ratios of slices add up to parts of one: a part is as good as a whole where one is enough. */
function isEnough({ objective }: ObjectiveState, bad: number): boolean {
  const whole = objective.budgeting.method === 'RatioTimeslices' ? Math.ceil(bad) : bad
  return whole >= objective.minBadEvents
}

function guarded(
  state: ObjectiveState,
  rows: readonly Row[],
  at: number,
  longMs: number,
  isDue: boolean,
): Pick<AlertReading, 'isFiring' | 'isHeldBack'> {
  if (!isDue) return { isFiring: false }
  const isFiring = !isGuarded(state) || goesOn(state, rows, at, longMs)
  return isFiring ? { isFiring } : { isFiring, isHeldBack: true }
}

/** Tiers that count against the whole period: half of the budget in one hour, and all of it at any pace. */
function countAlerts(
  state: ObjectiveState,
  rows: readonly Row[],
  to: number,
  period: WindowReading,
  lastHour: WindowReading,
): AlertReading[] {
  const { window } = state.objective
  const enough = ({ counts }: WindowReading): boolean => isEnough(state, shown(state, counts).bad)
  const exhausted: AlertReading = {
    id: 'ticket-exhausted',
    severity: 'ticket',
    isFiring: period.remaining < 0 && enough(period),
    factor: 1,
    longWindow: window.text,
  }
  if (!canPage(state.objective)) return [exhausted]
  const isHalfSpent = spentInHour(state, rows, to, period, lastHour) > 0.5 && enough(lastHour)
  const half: AlertReading = {
    id: 'page-half-budget',
    severity: 'page',
    ...guarded(state, rows, to, hourMs, isHalfSpent),
    factor: 0.5,
    longWindow: '1h',
  }
  return [half, exhausted]
}

/** Share of the period's budget that the last hour spent; of a composite, the mean over the budgets of its parts. */
function spentInHour(
  state: ObjectiveState,
  rows: readonly Row[],
  to: number,
  period: WindowReading,
  lastHour: WindowReading,
): number {
  // A calendar period that has just begun says little about its traffic; the same time before now does.
  const { kind, durationMs } = state.objective.window
  const from = to - durationMs
  const traffic = kind === 'rolling' ? period : readWindow(state, rows, from, to, false)
  return weightedMean(traffic.rows, ({ row, effective }) => {
    // A young history holds a part of the period's traffic only: the rest is expected to be like it.
    const begun = Math.max(from, Math.min(to - hourMs, row.counted.oldest))
    const leftOut = (since: number): number => row.net?.leftOutMs(since, to) ?? 0
    const covered = to - begun - leftOut(begun)
    const coverage = Math.min(1, Math.max(hourMs, covered) / (durationMs - leftOut(from)))
    const total = (effective.good + effective.bad) / coverage
    const bad = lastHour.rows.find((reading) => reading.row === row)?.counts.bad ?? 0
    return (bad * row.budget.scale) / (total * row.budget.units)
  })
}
