/** When failures began and ended, and what they cost, as an objective's buckets show it. */
import type { AlertReading, ObjectiveStatus } from '../objectives/evaluate.ts'
import type { ObjectiveState } from '../objectives/objective-state.ts'
import { type Row, readWindow, rowsOf, shown, weightedMean } from '../objectives/window-reading.ts'

const minuteMs = 60_000
/** Where an objective has no tier to go by. */
const fallback = { factor: 1, longMs: 3_600_000, shortMs: 5 * minuteMs }

/** What a minute has to burn to be a part of the trouble, and for how long it may pause. */
interface Pace {
  readonly factor: number
  readonly longMs: number
  readonly quietMs: number
  readonly stepMs: number
}

/** Failures count at the pace that the alert watches: fewer are the usual ones. */
function paceOf(state: ObjectiveState, alert: AlertReading['id']): Pace {
  const tier = state.alertWindows.find(({ id }) => id === alert) ?? state.alertWindows[0] ?? fallback
  const { budgeting } = state.objective
  const sliceMs = budgeting.method === 'Occurrences' ? 0 : budgeting.sliceMs
  const stepMs = Math.max(tier.shortMs > 30 * minuteMs ? 5 * minuteMs : minuteMs, sliceMs)
  const { factor, longMs, shortMs } = tier
  return { factor, longMs, quietMs: Math.max(shortMs, 2 * stepMs), stepMs }
}

interface Buckets {
  readonly state: ObjectiveState
  readonly rows: readonly Row[]
}

function isFailing({ state, rows }: Buckets, from: number, to: number, factor: number): boolean {
  const { effective, burn } = readWindow(state, rows, from, to, false)
  return effective.bad > 0 && burn >= factor
}

/** The finest buckets of [from, to), in order. */
function* finest({ rows }: Buckets, from: number, to: number): Generator<readonly [number, number]> {
  const counted = rows[0]?.counted
  if (counted === undefined) return
  for (let start = counted.edge(from); start < to; ) {
    const end = counted.end(start + 1)
    yield [start, end]
    start = end
  }
}

function hasBad({ state, rows }: Buckets, from: number, to: number): boolean {
  return readWindow(state, rows, from, to, false).effective.bad > 0
}

export interface Begin {
  /** Start of the first bucket with a failure, epoch ms. */
  readonly time: number
  /** Length of that bucket, ms. */
  readonly withinMs: number
}

/** Begin of the failures that made the alert fire at `status.to`; undefined where no bucket shows any. */
export function beginOfFailures(
  { state, to }: ObjectiveStatus,
  alert: AlertReading['id'],
): Begin | undefined {
  const { factor, longMs, quietMs, stepMs } = paceOf(state, alert)
  const buckets = { state, rows: rowsOf(state, to) }
  let first: number | undefined
  for (let end = Math.ceil(to / stepMs) * stepMs; end > to - longMs; end -= stepMs) {
    if (isFailing(buckets, end - stepMs, end, factor)) first = end - stepMs
    else if ((first ?? to) - (end - stepMs) > quietMs) break
  }
  if (first === undefined) return undefined
  for (const [start, end] of finest(buckets, first, first + stepMs))
    if (hasBad(buckets, start, end)) return { time: start, withinMs: end - start }
  return undefined
}

/** End of the last failure in [from, status.to), epoch ms, at the pace that the alert watches. */
export function endOfFailures(
  { state, to }: ObjectiveStatus,
  alert: AlertReading['id'],
  from: number,
): number | undefined {
  const { factor, stepMs } = paceOf(state, alert)
  const buckets = { state, rows: rowsOf(state, to) }
  for (let end = Math.ceil(to / stepMs) * stepMs; end > from; end -= stepMs) {
    if (!isFailing(buckets, end - stepMs, end, factor)) continue
    // Buckets grow coarse as they age: one that began before `from` tells nothing new.
    const later = [...finest(buckets, end - stepMs, end)].filter(([start]) => start >= from)
    const last = later.findLast(([start, stop]) => hasBad(buckets, start, stop))
    if (last !== undefined) return Math.min(last[1], to)
  }
  return undefined
}

export interface Cost {
  readonly bad: number
  /** Share of the window's whole budget. */
  readonly budgetSpent: number
}

/** What was bad since then, and what it cost of the budget of the window that ends now. */
export function costSince({ state, from, to }: ObjectiveStatus, since: number): Cost {
  const rows = rowsOf(state, to)
  const whole = readWindow(state, rows, from, to, false)
  const part = readWindow(state, rows, Math.max(from, since), to, false)
  const budgetSpent = weightedMean(whole.rows, ({ row, effective }) => {
    const bad = part.rows.find((reading) => reading.row === row)?.effective.bad ?? 0
    return (bad * row.budget.scale) / ((effective.good + effective.bad) * row.budget.units)
  })
  return { bad: shown(state, part.counts).bad, budgetSpent }
}
