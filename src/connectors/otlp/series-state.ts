/**
 * How much a series has gone up since it was last heard of. A cumulative point says how much since its start: what was
 * counted before is taken off, and a new start counts anew. Exact: values are whole numbers of any size.
 */
import type { BucketedCounts, ExponentialCounts, Point, PointValue } from './point.ts'

/** The last point of one run of a series, from its start on. */
export interface Run {
  readonly startNs: bigint
  readonly timeNs: bigint
  readonly value: PointValue
}

/** Processes that share all attributes tell their runs apart by their starts. */
const maxRuns = 16

export interface Increase {
  readonly kind: 'increase'
  readonly value: PointValue
  /** Since when, ns; the start of the series where there was no point before. */
  readonly sinceNs: bigint
}

/** `baseline`: nothing is known of what came before it, so that it only says where to go on from. */
export type Step = Increase | { readonly kind: 'duplicate' } | { readonly kind: 'baseline' }

/** A series that is seen for the first time counts from its start if that is no longer ago than this, ns. */
const freshNs = 600_000_000_000n

const duplicate: Step = { kind: 'duplicate' }
const baseline: Step = { kind: 'baseline' }

/**
 * What the point adds to the runs known of its series. Does not change them: see `runsWith`.
 * @param isWatched whether earlier points of the same process came without this series: it was at 0 then
 */
export function stepOf(point: Point, runs: readonly Run[], isWatched: boolean): Step {
  const { startNs, timeNs, value } = point
  if (!point.isCumulative) {
    const isKnown = runs.some((run) => run.startNs === startNs && run.timeNs === timeNs)
    return isKnown ? duplicate : { kind: 'increase', value, sinceNs: startNs === 0n ? timeNs : startNs }
  }
  const run = runs.find((known) => known.startNs === startNs)
  if (run !== undefined) {
    if (timeNs <= run.timeNs) return duplicate
    const increase = difference(value, run.value)
    if (increase !== undefined) return { kind: 'increase', value: increase, sinceNs: run.timeNs }
    // It went down without a new start: it began anew at some time in between, as Prometheus takes it.
    return { kind: 'increase', value, sinceNs: run.timeNs }
  }
  if (isWatched) return { kind: 'increase', value, sinceNs: startNs }
  if (startNs === 0n) return baseline
  // A restart that was seen from its beginning, or a process that is new.
  const isRestart = runs.some((known) => known.timeNs <= startNs)
  return isRestart || timeNs - startNs <= freshNs ? { kind: 'increase', value, sinceNs: startNs } : baseline
}

/** Instruments of one process begin within so much of each other, ns. */
const sameStartNs = 60_000_000_000n

/** Whether the run is of the process that sent the point, and of an earlier collection. */
export function isEarlier(run: Run, { startNs, timeNs }: Point): boolean {
  const apart = run.startNs - startNs
  return run.timeNs < timeNs && apart <= sameStartNs && apart >= -sameStartNs
}

/** The runs with the point as the last one of its own; the one that was quiet for longest leaves where there are too many. */
export function runsWith(point: Point, runs: readonly Run[]): readonly Run[] {
  const { startNs, timeNs, value } = point
  const others = point.isCumulative
    ? runs.filter((run) => run.startNs !== startNs)
    : runs.filter((run) => run.startNs !== startNs || run.timeNs !== timeNs)
  if (others.length >= maxRuns) {
    const oldest = others.reduce((a, b) => (b.timeNs < a.timeNs ? b : a))
    others.splice(others.indexOf(oldest), 1)
  }
  // Of deltas, only which there were matters.
  return [...others, { startNs, timeNs, value: point.isCumulative ? value : 0n }]
}

/** Undefined where some count went down, or the buckets are others. */
function difference(now: PointValue, before: PointValue): PointValue | undefined {
  if (typeof now === 'bigint') return typeof before === 'bigint' && now >= before ? now - before : undefined
  if (typeof before === 'bigint') return undefined
  if ('bounds' in now) return 'bounds' in before ? bucketDifference(now, before) : undefined
  return 'scale' in before ? exponentialDifference(now, before) : undefined
}

function bucketDifference(now: BucketedCounts, before: BucketedCounts): BucketedCounts | undefined {
  const { bounds } = now
  const isSame =
    bounds.length === before.bounds.length && bounds.every((bound, i) => bound === before.bounds[i])
  if (!isSame || now.counts.length !== before.counts.length) return undefined
  const counts = now.counts.map((count, i) => count - (before.counts[i] ?? 0n))
  return counts.some((count) => count < 0n) ? undefined : { bounds, counts }
}

/** A histogram that needs a wider range halves its resolution as it goes: what was before is brought to the same. */
function exponentialDifference(
  now: ExponentialCounts,
  before: ExponentialCounts,
): ExponentialCounts | undefined {
  const shift = before.scale - now.scale
  if (shift < 0) return undefined
  const counts = [...now.counts]
  for (const [i, count] of before.counts.entries()) {
    if (count === 0n) continue
    const at = ((before.from + i) >> Math.min(shift, 31)) - now.from
    const left = (counts[at] ?? -1n) - count
    if (left < 0n) return undefined
    counts[at] = left
  }
  const zero = now.zero - before.zero
  return zero < 0n ? undefined : { ...now, counts, zero }
}
