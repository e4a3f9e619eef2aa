/** When a maintenance window is: once, or again and again by the clocks of a time zone. */
import { instantOf, type ZoneOffset } from '../calendar.ts'
import type { Schedule } from '../objective.ts'
import type { Interval } from './intervals.ts'
import type { RecurringDays } from './recurrence.ts'

const dayMs = 86_400_000
/** Zones differ from UTC by less, and days of a zone from days of UTC. */
const slackDays = 2
/** Occurrences that were found are kept for a stretch of event time: readings move on slowly. */
const keptMs = 800 * dayMs

export function once(from: number, durationMs: number): Schedule {
  const spans: readonly Interval[] = [{ from, to: from + durationMs }]
  return { spans: (after, before) => spans.filter((span) => span.to > after && span.from < before) }
}

export interface RecurringOptions {
  readonly days: Pick<RecurringDays, 'between'>
  /** Time of day of every start, ms. */
  readonly clockMs: number
  /** Elapsed time, the same for every occurrence, also where clocks change within it. */
  readonly durationMs: number
  readonly offset: ZoneOffset
  /** Last instant at which an occurrence may begin, epoch ms. */
  readonly until: number
}

/** Occurrences are found for the stretch that is asked for, so that a rule without an end costs no more than another. */
export class RecurringSchedule implements Schedule {
  readonly #options: RecurringOptions
  #known: { readonly from: number; readonly to: number; readonly spans: readonly Interval[] } | undefined

  constructor(options: RecurringOptions) {
    this.#options = options
  }

  spans(after: number, before: number): readonly Interval[] {
    if (!(after < before)) return []
    let known = this.#known
    if (known === undefined || after < known.from || before > known.to) {
      const from = Math.min(after, known?.from ?? after)
      const to = Math.max(before, known?.to ?? before)
      known = to - from > keptMs ? this.#find(after, before) : this.#find(from, to)
      this.#known = known
    }
    return known.spans.filter((span) => span.to > after && span.from < before)
  }

  #find(after: number, before: number) {
    // A little further than was asked: the next reading is a little later.
    const [from, to] = [after, before + dayMs]
    const { days, clockMs, durationMs, offset, until } = this.#options
    const spans: Interval[] = []
    const first = Math.floor((from - durationMs) / dayMs) - slackDays
    for (const day of days.between(first, Math.floor(to / dayMs) + slackDays)) {
      const start = instantOf(day * dayMs + clockMs, offset)
      if (start > until || start >= to) break
      if (start + durationMs > from) spans.push({ from: start, to: start + durationMs })
    }
    return { from, to, spans }
  }
}
