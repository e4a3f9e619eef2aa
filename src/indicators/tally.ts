/**
 * Mergeable counts of verdicts in buckets of event time, at several resolutions. Adding touches one bucket a
 * resolution; a window is summed from the coarsest buckets that fit, with fine ones at its edges.
 */
import type { Verdict } from './indicator.ts'

export interface Counts {
  good: number
  bad: number
  excluded: number
}

export const verdictIndex: Readonly<Record<Verdict, number>> = { good: 0, bad: 1, excluded: 2 }
const width = 3

interface Resolution {
  readonly bucketMs: number
  readonly bucketsPerPage: number
}

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

/** Finest buckets for `fineMs`, 5 min for `windowMs` up to 31 d, 1 h and 1 d for the whole window. */
export function retentionFor(windowMs: number, fineMs: number = 2 * hour): Retention {
  const slack = 4 * day
  return { keepMs: [fineMs, Math.min(windowMs, 31 * day) + day, windowMs + slack, windowMs + slack] }
}

type Page = Float64Array | Uint32Array

class Level {
  readonly bucketMs: number
  readonly pageMs: number
  readonly pages = new Map<number, Page>()
  readonly #bucketsPerPage: number
  /** The bucket of the last addition: events come nearly in order, so most additions go there again. */
  #lastStart = Number.NaN
  #lastPage: Page | undefined
  #lastAt = 0

  constructor(resolution: Resolution) {
    this.bucketMs = resolution.bucketMs
    this.#bucketsPerPage = resolution.bucketsPerPage
    this.pageMs = resolution.bucketMs * resolution.bucketsPerPage
  }

  add(time: number, verdict: number, count: number): void {
    const since = time - this.#lastStart
    let page = this.#lastPage
    if (page === undefined || !(since >= 0 && since < this.bucketMs)) page = this.#moveTo(time)
    const at = this.#lastAt + verdict
    page[at] = (page[at] as number) + count
  }

  #moveTo(time: number): Page {
    const key = Math.floor(time / this.pageMs)
    let page = this.pages.get(key)
    if (page === undefined) {
      // A day of a busy issuer can pass 2^32; shorter buckets cannot.
      const length = this.#bucketsPerPage * width
      page = this.bucketMs === day ? new Float64Array(length) : new Uint32Array(length)
      this.pages.set(key, page)
    }
    const bucket = Math.floor((time - key * this.pageMs) / this.bucketMs)
    this.#lastStart = key * this.pageMs + bucket * this.bucketMs
    this.#lastPage = page
    this.#lastAt = bucket * width
    return page
  }

  /** Adds buckets [from, to) to `into`; both are multiples of the bucket length. */
  sum(from: number, to: number, into: Counts): void {
    for (let at = from; at < to; ) {
      const key = Math.floor(at / this.pageMs)
      const pageStart = key * this.pageMs
      const stop = Math.min(to, pageStart + this.pageMs)
      const page = this.pages.get(key)
      if (page !== undefined) {
        const last = ((stop - pageStart) / this.bucketMs) * width
        for (let i = ((at - pageStart) / this.bucketMs) * width; i < last; i += width) {
          into.good += page[i] as number
          into.bad += page[i + 1] as number
          into.excluded += page[i + 2] as number
        }
      }
      at = stop
    }
  }

  /** Drops pages that end at or before `time`. */
  prune(time: number): void {
    for (const key of this.pages.keys()) {
      if ((key + 1) * this.pageMs <= time) this.pages.delete(key)
    }
    this.#lastPage = undefined
  }
}

function floorTo(time: number, step: number): number {
  return Math.floor(time / step) * step
}

export class Tally {
  readonly #levels = resolutions.map((resolution) => new Level(resolution))
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

  /** A negative count takes back what was added before at the same time. */
  add(time: number, verdict: Verdict, count = 1): void {
    if (time > this.#newest) this.#advance(time)
    if (time < this.#oldest) this.#oldest = time
    const index = verdictIndex[verdict]
    for (let i = 0; i < this.#levels.length; i++) {
      const level = this.#levels[i] as Level
      if (time >= (this.#floors[i] as number)) level.add(time, index, count)
    }
  }

  /** Counts of [from, to). `to` is rounded up to 10 s, `from` down to the finest resolution kept for it. */
  window(from: number, to: number): Counts {
    const counts: Counts = { good: 0, bad: 0, excluded: 0 }
    const end = Math.ceil(to / finestMs) * finestMs
    let at = floorTo(from, finestMs)
    for (let i = 0; i < this.#levels.length - 1; i++) {
      if (at < (this.#floors[i] as number)) at = floorTo(at, (this.#levels[i + 1] as Level).bucketMs)
    }
    this.#sum(at, end, 0, counts)
    return counts
  }

  /** Sums [from, to) with the buckets of level `i` at the edges and coarser ones between them. */
  #sum(from: number, to: number, i: number, into: Counts): void {
    const level = this.#levels[i] as Level
    const coarser = this.#levels[i + 1]
    if (coarser === undefined) {
      level.sum(from, to, into)
      return
    }
    const start = Math.ceil(from / coarser.bucketMs) * coarser.bucketMs
    const stop = floorTo(to, coarser.bucketMs)
    if (start >= stop) {
      level.sum(from, to, into)
      return
    }
    level.sum(from, start, into)
    this.#sum(start, stop, i + 1, into)
    level.sum(stop, to, into)
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
    })
  }

  /** Adds another tally of the same retention: the result is as if its events had been added here. */
  merge(other: Tally): void {
    if (other.#newest > this.#newest) this.#advance(other.#newest)
    this.#oldest = Math.min(this.#oldest, other.#oldest)
    other.#levels.forEach((level, i) => {
      const own = this.#levels[i] as Level
      const floor = this.#floors[i] as number
      for (const [key, page] of level.pages) {
        if (key * level.pageMs < floor) continue
        for (let at = 0; at < page.length; at++) {
          const count = page[at] as number
          if (count !== 0)
            own.add(key * level.pageMs + Math.floor(at / width) * level.bucketMs, at % width, count)
        }
      }
    })
  }
}
