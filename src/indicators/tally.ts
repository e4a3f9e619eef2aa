/**
 * Mergeable counts of verdicts in buckets of event time, at several resolutions. Adding touches one bucket a
 * resolution; a window is summed from the coarsest buckets that fit, with fine ones at its edges.
 */
import { type ChunkWriter, jsonBytes, jsonOf, type Stateful } from '../events/chunk.ts'
import { floorTo, Level, type Resolution, sumFrom } from './bucket-level.ts'
import type { Verdict } from './indicator.ts'

export interface Counts {
  good: number
  bad: number
  excluded: number
}

/** Counts of a bucket: good and bad side by side; excluded ones have pages of their own, because most objectives have none. */
const judgedWidth = 2
const excludedWidth = 1

const second = 1000
const minute = 60 * second
const hour = 60 * minute
const day = 24 * hour

export const finestMs = 10 * second

/** Pages are allocated when the first event falls into them: quiet objectives stay small. */
const resolutions: readonly Resolution[] = [
  { bucketMs: finestMs, bucketsPerPage: 360 },
  { bucketMs: 5 * minute, bucketsPerPage: 288 },
  { bucketMs: hour, bucketsPerPage: 240 },
  { bucketMs: day, bucketsPerPage: 30 },
]

/** How long each resolution is kept behind the newest event, ms; finest first. */
export interface Retention {
  readonly keepMs: readonly number[]
}

/**
 * Finest buckets for `fineMs`, 1 h and 1 d for the whole window, 5 min for all of a window up to a month. A longer one
 * begins with 1 h, so that 5 min serve its burn rates only. Makes at most 150 kB of pages up to a window of 90 d.
 */
export function retentionFor(windowMs: number, fineMs: number = 2 * hour): Retention {
  // What a calendar month asks for is a little more than its 31 days.
  const mediumMs = windowMs < 35 * day ? Math.min(windowMs, 31 * day) + day : 8 * day
  const coarseMs = windowMs + 4 * day
  return { keepMs: [fineMs, mediumMs, coarseMs, coarseMs] }
}

export class Tally implements Stateful {
  /** Good and bad, finest first; and what was excluded. */
  readonly #levels = resolutions.map((resolution) => new Level(resolution, judgedWidth))
  readonly #excluded = resolutions.map((resolution) => new Level(resolution, excludedWidth))
  readonly #retention: Retention
  #newest = Number.NEGATIVE_INFINITY
  #oldest = Number.POSITIVE_INFINITY
  /** Start of the oldest page that each resolution keeps, and the time from which one of them moves on. */
  readonly #floors: number[] = resolutions.map(() => Number.NEGATIVE_INFINITY)
  #moveAt = Number.NEGATIVE_INFINITY

  constructor(retention: Retention) {
    this.#retention = retention
  }

  /** Time of the newest event, epoch ms; -Infinity before the first. */
  get newest(): number {
    return this.#newest
  }

  get oldest(): number {
    return this.#oldest
  }

  /** Start of what is left of the past, epoch ms. */
  get keptFrom(): number {
    return Math.max(this.#oldest, Math.min(...this.#floors))
  }

  /** A negative count takes back what was added before at the same time. */
  add(time: number, verdict: Verdict, count = 1): void {
    if (time > this.#newest) this.#advance(time)
    if (time < this.#oldest) this.#oldest = time
    const levels = verdict === 'excluded' ? this.#excluded : this.#levels
    const place = verdict === 'bad' ? 1 : 0
    for (let i = 0; i < levels.length; i++) {
      if (time >= (this.#floors[i] as number)) (levels[i] as Level).add(time, place, count)
    }
  }

  /** Bytes of all pages. */
  get bytes(): number {
    let bytes = 0
    for (const { pages } of [...this.#levels, ...this.#excluded])
      for (const page of pages.values()) bytes += page.byteLength
    return bytes
  }

  /** End of the last bucket with a good or bad event, epoch ms, as finely as it is kept; -Infinity without one. */
  get lastJudgedEnd(): number {
    return this.lastJudgedEndBy(Number.POSITIVE_INFINITY)
  }

  /** The same of what ends by `limit`, epoch ms: the end of a bucket of the finest resolution kept there. */
  lastJudgedEndBy(limit: number): number {
    for (const level of this.#levels) {
      const end = level.lastJudgedEnd(limit)
      if (end !== undefined) return end
    }
    return Number.NEGATIVE_INFINITY
  }

  /** Length of the finest buckets that are kept for `time`, ms. */
  #bucketMsAt(time: number): number {
    const i = this.#floors.findIndex((floor) => time >= floor)
    return this.#levels[i]?.bucketMs ?? day
  }

  /** Start of the finest bucket that is kept for `time`: where a window from `time` begins. */
  edge(time: number): number {
    return floorTo(time, this.#bucketMsAt(floorTo(time, finestMs)))
  }

  /** End of the finest bucket that is kept before `time`: where a window up to `time` ends. */
  end(time: number): number {
    const step = this.#bucketMsAt(time)
    return Math.ceil(time / step) * step
  }

  /** Counts of [from, to): the buckets of the finest resolution kept that `from` and `to` lie in are in it whole. */
  window(from: number, to: number): Counts {
    const [start, stop] = [this.edge(from), this.end(to)]
    const judged: [number, number] = [0, 0]
    sumFrom(this.#levels, start, stop, 0, judged)
    const excluded: [number, number] = [0, 0]
    if (this.#hasExcluded) sumFrom(this.#excluded, start, stop, 0, excluded)
    return { good: judged[0], bad: judged[1], excluded: excluded[0] }
  }

  get #hasExcluded(): boolean {
    return this.#excluded.some(({ pages }) => pages.size > 0)
  }

  #advance(time: number): void {
    this.#newest = time
    if (time < this.#moveAt) return
    this.#moveAt = Number.POSITIVE_INFINITY
    this.#levels.forEach((level, i) => {
      const keep = this.#retention.keepMs[i] ?? 0
      const floor = floorTo(time - keep, level.pageMs)
      this.#moveAt = Math.min(this.#moveAt, floor + level.pageMs + keep)
      if (floor === this.#floors[i]) return
      this.#floors[i] = floor
      level.prune(floor)
      this.#excluded[i]?.prune(floor)
    })
  }

  save(out: ChunkWriter): void {
    const all = [...this.#levels, ...this.#excluded]
    if (all.every((level) => level.dirty.size === 0)) return
    this.#levels.forEach((level, i) => {
      level.save(out, `${i}/`)
    })
    this.#excluded.forEach((level, i) => {
      level.save(out, `x${i}/`)
    })
    out.put('span', jsonBytes([this.#oldest, this.#newest]))
  }

  saved(): void {
    for (const level of [...this.#levels, ...this.#excluded]) level.dirty.clear()
  }

  restore(key: string, bytes: Uint8Array): void {
    if (key === 'span') {
      const [oldest, newest] = jsonOf<[number, number]>(bytes)
      this.#oldest = oldest
      this.#advance(newest)
      return
    }
    const [level = '', page = ''] = key.split('/')
    const levels = level.startsWith('x') ? this.#excluded : this.#levels
    levels[Number(level.replace('x', ''))]?.restore(Number(page), bytes)
  }

  /** Adds another tally of the same retention: the result is as if its events had been added here. */
  merge(other: Tally): void {
    if (other.#newest > this.#newest) this.#advance(other.#newest)
    this.#oldest = Math.min(this.#oldest, other.#oldest)
    this.#levels.forEach((level, i) => {
      const floor = this.#floors[i] as number
      level.merge(other.#levels[i] as Level, floor)
      this.#excluded[i]?.merge(other.#excluded[i] as Level, floor)
    })
  }
}
