/** What an objective's counts of a window are worth. Pure and total: a window without events has a defined value. */
import type { Counts } from '../indicators/tally.ts'
import { budgetRemaining, burnRate, errorRatio, type Fraction, goodRatio } from './budget.ts'
import type { CountedTime, NetTally } from './exclusions/net-tally.ts'
import type { ObjectiveState } from './objective-state.ts'
import { sliceUnits } from './slices.ts'

/** One row of counts: events or slices of an objective, or events of one part of a composite. */
export interface Row {
  readonly counted: CountedTime
  /** The same, where exclusions leave something out. */
  readonly net: NetTally | undefined
  readonly budget: Fraction
  readonly weight: number
}

/** Rows for readings up to `at`, epoch ms; without `at`, as if there were no exclusions. */
export function rowsOf(state: ObjectiveState, at?: number): readonly Row[] {
  const isSingle = state.tallies.length === 1
  return state.tallies.map((tally, i): Row => {
    const net = at === undefined || state.exclusions.isEmpty ? undefined : state.exclusions.net(i, tally, at)
    return {
      counted: net ?? tally,
      net,
      budget: isSingle ? state.budget : (state.partBudgets[i] ?? state.budget),
      weight: isSingle ? 1 : (state.objective.parts[i]?.weight ?? 0),
    }
  })
}

interface RowReading {
  readonly row: Row
  readonly counts: Counts
  readonly effective: Counts
}

export interface WindowReading {
  /** What was counted. */
  readonly counts: Counts
  /** What that is worth: differs only where there is no data. The rates are those of these counts. */
  readonly effective: Counts
  readonly value: number
  readonly errorRatio: number
  readonly burn: number
  readonly remaining: number
  readonly rows: readonly RowReading[]
}

/** Slices in [from, to), both starts of slices, that are left out. */
function leftOutSlices(row: Row, sliceMs: number, from: number, to: number): number {
  let slices = 0
  for (const interval of row.net?.leftOut ?? []) {
    const first = Math.ceil(Math.max(interval.from, from) / sliceMs)
    slices += Math.max(0, Math.ceil(Math.min(interval.to, to) / sliceMs) - first)
  }
  return slices
}

/** Slices that are over, or have begun and been judged, and had no events, since the first one that had. */
function emptySlices(
  state: ObjectiveState,
  row: Row,
  counts: Counts,
  from: number,
  to: number,
  sliceMs: number,
) {
  const { counted } = row
  if (!Number.isFinite(counted.oldest)) return 0
  const current = Math.floor(to / sliceMs)
  const first = Math.max(Math.ceil(counted.edge(from) / sliceMs), Math.floor(counted.oldest / sliceMs))
  const end = current + (state.isSliceJudged(current) ? 1 : 0)
  const slices = end - first - leftOutSlices(row, sliceMs, first * sliceMs, end * sliceMs)
  return Math.max(0, slices * sliceUnits - counts.good - counts.bad)
}

/**
 * Counts of a window. One without events is worth what the objective says: `hold` goes back to the last moment
 * at which a window of this length had events. One that is left out as a whole is worth nothing.
 */
function effectiveCounts(
  state: ObjectiveState,
  row: Row,
  counts: Counts,
  from: number,
  to: number,
  holds: boolean,
): Counts {
  const { counted, net } = row
  const { noData, budgeting } = state.objective
  if (counts.good + counts.bad > 0 && (noData === 'hold' || budgeting.method === 'Occurrences')) return counts
  if (noData === 'hold') {
    const end = holds ? counted.lastJudgedEnd : Number.NEGATIVE_INFINITY
    if (!Number.isFinite(end) || end > from) return counts
    return counted.window(end - (to - from), end)
  }
  if (budgeting.method === 'Occurrences') {
    const [start, end] = [counted.edge(from), counted.end(to)]
    return net !== undefined && net.leftOutMs(start, end) === end - start
      ? counts
      : { ...counts, [noData]: 1 }
  }
  const empty = emptySlices(state, row, counts, from, to, budgeting.sliceMs)
  return { ...counts, [noData]: counts[noData] + empty }
}

function sum(all: readonly Counts[]): Counts {
  const total = { good: 0, bad: 0, excluded: 0 }
  for (const { good, bad, excluded } of all) {
    total.good += good
    total.bad += bad
    total.excluded += excluded
  }
  return total
}

/** `holds`: whether an empty window goes back to its last data; the period itself says plainly that it is empty. */
export function readWindow(
  state: ObjectiveState,
  rows: readonly Row[],
  from: number,
  to: number,
  holds: boolean,
): WindowReading {
  const readings = rows.map((row): RowReading => {
    const counts = row.counted.window(from, to)
    return { row, counts, effective: effectiveCounts(state, row, counts, from, to, holds) }
  })
  const [only] = readings
  if (readings.length === 1 && only !== undefined) {
    const { counts, effective } = only
    return {
      counts,
      effective,
      value: goodRatio(effective),
      errorRatio: errorRatio(effective),
      burn: burnRate(effective, only.row.budget),
      remaining: budgetRemaining(effective, only.row.budget),
      rows: readings,
    }
  }
  // A composite of occurrences: each part burns its own budget, weighted.
  const worth = sum(readings.map(({ effective }) => effective))
  const burn = weightedMean(readings, ({ row, effective }) => burnRate(effective, row.budget))
  return {
    counts: sum(readings.map(({ counts }) => counts)),
    effective: worth,
    value: goodRatio(worth),
    errorRatio: errorRatio(worth),
    burn,
    remaining: 1 - burn,
    rows: readings,
  }
}

/** Mean of the rows that have data, by the weights of their parts; 0 where none has. */
export function weightedMean(readings: readonly RowReading[], of: (reading: RowReading) => number): number {
  let total = 0
  let weights = 0
  for (const reading of readings) {
    const { effective, row } = reading
    if (effective.good + effective.bad === 0) continue
    total += of(reading) * row.weight
    weights += row.weight
  }
  return weights === 0 ? 0 : total / weights
}

/** Counts as people read them: slices as whole slices, not millionths. */
export function shown(state: ObjectiveState, counts: Counts): Counts {
  if (!state.countsSlices) return counts
  return { good: counts.good / sliceUnits, bad: counts.bad / sliceUnits, excluded: counts.excluded }
}
