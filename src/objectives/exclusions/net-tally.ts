/** A tally without what exclusions take from it. They take whole buckets of the finest resolution that is kept. */
import type { Counts, Tally } from '../../indicators/tally.ts'
import { type Interval, intervalAt, lengthWithin, union, without } from './intervals.ts'

/** What readings need of a tally. */
export type CountedTime = Pick<Tally, 'window' | 'lastJudgedEnd' | 'edge' | 'end' | 'oldest'>

/** Time in which the events of one tally are left out. */
interface Taking {
  readonly tally: Tally
  readonly intervals: readonly Interval[]
  /** Counts of whole intervals, as far as they were asked for. */
  readonly counts: (Counts | undefined)[]
}

/** Events with a `where`, counted apart, and when they are left out. */
export interface NarrowTaking {
  readonly tally: Tally
  readonly spans: readonly Interval[]
}

/** Every finest bucket that a span touches. */
function inWholeBuckets(tally: Tally, spans: readonly Interval[]): readonly Interval[] {
  return union(spans.map(({ from, to }) => ({ from: tally.edge(from), to: tally.end(to) })))
}

export class NetTally implements CountedTime {
  /** Time in which everything is left out, in whole buckets. */
  readonly leftOut: readonly Interval[]
  readonly #tally: Tally
  readonly #takings: readonly Taking[]
  /** Whether what is left out shows as excluded: slices are not events, and do not. */
  readonly #showsExcluded: boolean

  constructor(
    tally: Tally,
    spans: readonly Interval[],
    narrow: readonly NarrowTaking[],
    showsExcluded: boolean,
  ) {
    this.#tally = tally
    this.#showsExcluded = showsExcluded
    this.leftOut = inWholeBuckets(tally, spans)
    const takings = [
      { tally, intervals: this.leftOut },
      // Rounded as the tally itself is: its resolution is never finer than that of a part of its events.
      ...narrow.map((each) => ({
        tally: each.tally,
        intervals: without(inWholeBuckets(tally, each.spans), this.leftOut),
      })),
    ]
    this.#takings = takings
      .filter(({ intervals }) => intervals.length > 0)
      .map((taking) => ({ ...taking, counts: [] }))
  }

  get oldest(): number {
    return this.#tally.oldest
  }

  edge(time: number): number {
    return this.#tally.edge(time)
  }

  end(time: number): number {
    return this.#tally.end(time)
  }

  window(from: number, to: number): Counts {
    const counts = this.#tally.window(from, to)
    const [start, end] = [this.edge(from), this.end(to)]
    for (const taking of this.#takings) take(taking, start, end, counts, this.#showsExcluded)
    return counts
  }

  /** End of the last bucket in which a good or bad event is left. */
  get lastJudgedEnd(): number {
    let end = this.#tally.lastJudgedEnd
    while (Number.isFinite(end)) {
      const start = this.#tally.edge(end - 1)
      const hole = intervalAt(this.leftOut, start)
      if (hole === undefined) {
        const { good, bad } = this.window(start, end)
        if (good + bad > 0) return end
      }
      end = this.#tally.lastJudgedEndBy(hole?.from ?? start)
    }
    return end
  }

  /** How much of [from, to) is left out whatever the event, ms. */
  leftOutMs(from: number, to: number): number {
    return lengthWithin(this.leftOut, from, to)
  }
}

function take(taking: Taking, start: number, end: number, from: Counts, showsExcluded: boolean): void {
  const { tally, intervals, counts } = taking
  for (let i = 0; i < intervals.length; i++) {
    const interval = intervals[i] as Interval
    if (interval.to <= start) continue
    if (interval.from >= end) return
    let taken: Counts | undefined
    if (interval.from >= start && interval.to <= end) {
      taken = counts[i] ?? tally.window(interval.from, interval.to)
      counts[i] = taken
    } else taken = tally.window(Math.max(interval.from, start), Math.min(interval.to, end))
    from.good -= taken.good
    from.bad -= taken.bad
    if (showsExcluded) from.excluded += taken.good + taken.bad
  }
}
