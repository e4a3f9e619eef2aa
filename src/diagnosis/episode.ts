/** Trouble that is still open: minutes in which a worthwhile share fails, with no long pause between them. */
import type { Layer } from '../events/event.ts'
import type { MinuteCounts } from './minute-counts.ts'
import { minuteMs, minuteOf } from './minutes.ts'
import type { Subject, TraceKind } from './subject.ts'
import type { TraceMinute } from './trace.ts'

/** Longer without a failure, and trouble is over. */
export const pauseMinutes = 10
/** So long without a failure while all else goes on, and it has healed. */
const healedMs = 3 * minuteMs
const maxNames = 16

export interface Episode {
  /** Epoch ms. */
  readonly since: number
  readonly last: number
  readonly failures: number
  /** Successes against which the failures are held, in the same minutes. */
  readonly successes: number
  readonly firstId: string
  readonly workloads: readonly string[]
  readonly targets: readonly string[]
  readonly issuers: readonly string[]
  readonly layers: readonly Layer[]
  readonly hasHealed: boolean
}

export interface EpisodeSearch {
  readonly signals: readonly TraceKind[]
  readonly against?: MinuteCounts
  /** Of a minute's attempts that have to fail for the minute to be troubled. */
  readonly minShare?: number
  /** Failures before it are of no concern, epoch ms. */
  readonly after?: number
  /** Longer without one, and it is over. */
  readonly maxPauseMinutes?: number
}

type Troubled = readonly [minute: number, entry: TraceMinute]

function troubledMinutes(subject: Subject, search: EpisodeSearch, at: number): Troubled[] {
  const { signals, against, minShare = 0, after = Number.NEGATIVE_INFINITY } = search
  return signals
    .flatMap((signal) => [...(subject.traces.get(signal)?.minutes ?? [])])
    .filter(([minute, { count, last }]) => {
      if (last < after || minute * minuteMs > at) return false
      return minShare === 0 || count >= minShare * (count + (against?.sum(minute, minute) ?? 0))
    })
    .sort(([a, x], [b, y]) => b - a || x.time - y.time)
}

function names<Text extends string>(
  entries: readonly TraceMinute[],
  of: (entry: TraceMinute) => Text[],
): Text[] {
  return [...new Set(entries.flatMap(of))].sort((a, b) => (a < b ? -1 : 1)).slice(0, maxNames)
}

/** Undefined where nothing fails at the instant, or not any more. */
export function openEpisode(subject: Subject, search: EpisodeSearch, at: number): Episode | undefined {
  if (!search.signals.some((signal) => subject.traces.has(signal))) return undefined
  const entries: TraceMinute[] = []
  const { maxPauseMinutes = pauseMinutes } = search
  let next = minuteOf(at)
  for (const [minute, entry] of troubledMinutes(subject, search, at)) {
    if (next - minute > maxPauseMinutes) break
    entries.push(entry)
    next = minute
  }
  const newest = entries[0]
  if (newest === undefined) return undefined
  const first = entries.reduce((a, b) =>
    b.time < a.time || (b.time === a.time && b.eventId < a.eventId) ? b : a,
  )
  const last = Math.max(...entries.map((entry) => entry.last))
  return {
    since: first.time,
    last,
    failures: entries.reduce((sum, { count }) => sum + count, 0),
    successes: search.against?.sum(minuteOf(first.time), minuteOf(last)) ?? 0,
    firstId: first.eventId,
    workloads: names(entries, ({ workloads }) => workloads),
    targets: names(entries, ({ targets }) => targets),
    issuers: names(entries, ({ issuers }) => issuers),
    layers: names(entries, ({ layers }) => layers),
    hasHealed: Math.min(subject.newest, at) - last >= healedMs,
  }
}

export function spanMs({ since, last }: Episode): number {
  return last - since
}
