/** The state of an objective at an instant: window, SLI, budget, burn rates and alerts. Pure and total: never NaN. */
import type { Counts, Tally } from '../indicators/tally.ts'
import type { AlertWindow } from './alert-windows.ts'
import { budgetRemaining, burnRate, errorRatio, type Fraction, goodRatio } from './budget.ts'
import { formatDuration } from './duration.ts'
import type { ObjectiveState } from './objective-state.ts'
import { sliceUnits } from './slices.ts'

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
  /** Burn rate that both windows must exceed; for the two count tiers, of their one window. */
  readonly factor: number
  readonly longWindow: string
  readonly shortWindow: string
}

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
  /** False until the first event: values are then defined, and mean nothing yet. */
  readonly hasData: boolean
}

function addCounts(a: Counts, b: Counts): Counts {
  return { good: a.good + b.good, bad: a.bad + b.bad, excluded: a.excluded + b.excluded }
}

const none: Counts = { good: 0, bad: 0, excluded: 0 }

/**
 * Counts of a window. One without events is worth what the objective says: `hold` goes back to the last moment
 * at which a window of this length had events.
 */
function effectiveCounts(
  state: ObjectiveState,
  tally: Tally,
  counts: Counts,
  from: number,
  to: number,
  holds: boolean,
): Counts {
  const { noData, budgeting } = state.objective
  if (counts.good + counts.bad > 0 && (noData === 'hold' || budgeting.method === 'Occurrences')) return counts
  if (noData === 'hold') {
    const end = holds ? tally.lastJudgedEnd : Number.NEGATIVE_INFINITY
    if (!Number.isFinite(end) || end > from) return counts
    return tally.window(end - (to - from), end)
  }
  if (budgeting.method === 'Occurrences') return { ...counts, [noData]: 1 }
  // Slices that are over and had no events, since the first one that had.
  const { sliceMs } = budgeting
  const current = Math.floor(to / sliceMs)
  const first = Math.max(Math.ceil(tally.edge(from) / sliceMs), Math.floor(tally.oldest / sliceMs))
  const slices = current - first + (state.isSliceJudged(current) ? 1 : 0)
  const empty = Math.max(0, slices * sliceUnits - counts.good - counts.bad)
  return { ...counts, [noData]: counts[noData] + empty }
}

interface WindowReading {
  /** What was counted. */
  readonly counts: Counts
  /** What that is worth: differs only where there is no data. The rates are those of these counts. */
  readonly effective: Counts
  readonly value: number
  readonly errorRatio: number
  readonly burn: number
  readonly remaining: number
}

/** `holds`: whether an empty window goes back to its last data; the period itself says plainly that it is empty. */
function readWindow(state: ObjectiveState, from: number, to: number, holds: boolean): WindowReading {
  const [first] = state.tallies
  if (state.tallies.length === 1 && first !== undefined) {
    const counts = first.window(from, to)
    const effective = effectiveCounts(state, first, counts, from, to, holds)
    return {
      counts,
      effective,
      value: goodRatio(effective),
      errorRatio: errorRatio(effective),
      burn: burnRate(effective, state.budget),
      remaining: budgetRemaining(effective, state.budget),
    }
  }
  // A composite of occurrences: each part burns its own budget, weighted.
  let counts = none
  let worth = none
  let burn = 0
  let weights = 0
  state.tallies.forEach((tally, i) => {
    const part = state.objective.parts[i]
    const partCounts = tally.window(from, to)
    counts = addCounts(counts, partCounts)
    const effective = effectiveCounts(state, tally, partCounts, from, to, holds)
    worth = addCounts(worth, effective)
    if (part === undefined || effective.good + effective.bad === 0) return
    burn += burnRate(effective, state.partBudgets[i] as Fraction) * part.weight
    weights += part.weight
  })
  const rate = weights === 0 ? 0 : burn / weights
  return {
    counts,
    effective: worth,
    value: goodRatio(worth),
    errorRatio: errorRatio(worth),
    burn: rate,
    remaining: 1 - rate,
  }
}

/** Counts as people read them: slices as whole slices, not millionths. */
function shown(state: ObjectiveState, counts: Counts): Counts {
  if (!state.countsSlices) return counts
  return { good: counts.good / sliceUnits, bad: counts.bad / sliceUnits, excluded: counts.excluded }
}

/** `at`: epoch ms; events at or after it must not have been observed. */
export function evaluate(state: ObjectiveState, at: number): ObjectiveStatus {
  const from = state.windowStart(at)
  const period = readWindow(state, from, at, false)
  const burnReadings = state.burnWindowsMs.map((windowMs): BurnReading => {
    const reading = readWindow(state, at - windowMs, at, true)
    return {
      window: formatDuration(windowMs),
      windowMs,
      rate: reading.burn,
      errorRatio: reading.errorRatio,
      counts: shown(state, reading.counts),
    }
  })
  const counts = shown(state, period.counts)
  return {
    state,
    from,
    to: at,
    counts,
    value: period.value,
    errorRatio: period.errorRatio,
    burnRate: period.burn,
    errorBudgetRemaining: period.remaining,
    burnReadings,
    alerts: [...burnAlerts(state, burnReadings), ...countAlerts(state, at, period, counts, burnReadings)],
    hasData: Number.isFinite(state.newest),
  }
}

function burnAlerts(state: ObjectiveState, readings: readonly BurnReading[]): AlertReading[] {
  return state.alertWindows.map((tier): AlertReading => {
    const long = readings.find((reading) => reading.windowMs === tier.longMs)
    const short = readings.find((reading) => reading.windowMs === tier.shortMs)
    const isBurning = (long?.rate ?? 0) > tier.factor && (short?.rate ?? 0) > tier.factor
    return {
      id: tier.id,
      severity: tier.severity,
      isFiring: isBurning && (long?.counts.bad ?? 0) >= state.objective.minBadEvents,
      factor: tier.factor,
      longWindow: formatDuration(tier.longMs),
      shortWindow: formatDuration(tier.shortMs),
    }
  })
}

const hourMs = 3_600_000

/** Tiers that count against the whole period: half of the budget in one hour, and all of it at any pace. */
function countAlerts(
  state: ObjectiveState,
  to: number,
  period: WindowReading,
  counts: Counts,
  readings: readonly BurnReading[],
): AlertReading[] {
  const { objective, budget } = state
  const lastHour = readings.find((reading) => reading.windowMs === hourMs)
  // A calendar period that has just begun says little about its traffic; the same time before now does.
  const { kind, durationMs } = objective.window
  const traffic = kind === 'rolling' ? period : readWindow(state, to - durationMs, to, false)
  const { good, bad } = shown(state, traffic.effective)
  // A young history holds a part of the period's traffic only: the rest is expected to be like it.
  const coverage = Math.min(1, Math.max(hourMs, to - state.oldest) / durationMs)
  const total = (good + bad) / coverage
  const allowed = (total * budget.units) / budget.scale
  const spentInHour = lastHour !== undefined && allowed > 0 ? lastHour.counts.bad / allowed : 0
  const enough = (bad: number): boolean => bad >= objective.minBadEvents
  return [
    {
      id: 'page-half-budget',
      severity: 'page',
      isFiring: spentInHour > 0.5 && enough(lastHour?.counts.bad ?? 0),
      factor: 0.5,
      longWindow: '1h',
      shortWindow: '1h',
    },
    {
      id: 'ticket-exhausted',
      severity: 'ticket',
      isFiring: period.remaining < 0 && enough(counts.bad),
      factor: 1,
      longWindow: objective.window.text,
      shortWindow: objective.window.text,
    },
  ]
}
