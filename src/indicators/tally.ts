/**
 * Mergeable counts of verdicts in buckets of event time, at several resolutions. Adding touches one bucket a
 * resolution; a window is summed from the coarsest buckets that fit, with fine ones at its edges.
 */
import { type ChunkWriter, jsonBytes, jsonOf, type Stateful } from '../events/chunk.ts'
import type { Verdict } from './indicator.ts'

export interface Counts {
  good: number
  bad: number
  excluded: number
}

const verdictIndex: Readonly<Record<Verdict, number>> = { good: 0, bad: 1, excluded: 2 }
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

type Page = Float64Array | Uint32Array

class Level {
  readonly bucketMs: number
  readonly pageMs: number
  readonly pages = new Map<number, Page>()
  /** Pages that changed, or went, since they were last saved. */
  readonly dirty = new Set<number>()
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
      page = this.#newPage()
      this.pages.set(key, page)
    }
    this.dirty.add(key)
    const bucket = Math.floor((time - key * this.pageMs) / this.bucketMs)
    this.#lastStart = key * this.pageMs + bucket * this.bucketMs
    this.#lastPage = page
    this.#lastAt = bucket * width
    return page
  }

  /** A day of a busy issuer can pass 2^32; shorter buckets cannot. */
  #newPage(): Page {
    const length = this.#bucketsPerPage * width
    return this.bucketMs === day ? new Float64Array(length) : new Uint32Array(length)
  }

  save(out: ChunkWriter, prefix: string): void {
    for (const key of this.dirty) {
      const page = this.pages.get(key)
      if (page === undefined) out.remove(`${prefix}${key}`)
      else out.put(`${prefix}${key}`, new Uint8Array(page.buffer, page.byteOffset, page.byteLength))
    }
    // The next addition has to mark its page again.
    this.#lastPage = undefined
  }

  restore(key: number, bytes: Uint8Array): void {
    const page = this.#newPage()
    if (page.byteLength !== bytes.length)
      throw new Error(`a page of ${bytes.length} bytes, expected ${page.byteLength}`)
    new Uint8Array(page.buffer).set(bytes)
    this.pages.set(key, page)
  }

  /** Adds buckets [from, to) to `into`; both are multiples of the bucket length. */
  sum(from: number, to: number, into: Counts): void {
    let good = 0
    let bad = 0
    let excluded = 0
    for (let at = from; at < to; ) {
      const key = Math.floor(at / this.pageMs)
      const pageStart = key * this.pageMs
      const stop = Math.min(to, pageStart + this.pageMs)
      const page = this.pages.get(key)
      if (page !== undefined) {
        const last = ((stop - pageStart) / this.bucketMs) * width
        for (let i = ((at - pageStart) / this.bucketMs) * width; i < last; i += width) {
          good += page[i] as number
          bad += page[i + 1] as number
          excluded += page[i + 2] as number
        }
      }
      at = stop
    }
    into.good += good
    into.bad += bad
    into.excluded += excluded
  }

  /** End of the last bucket with a good or bad event that ends by `limit`, epoch ms. */
  lastJudgedEnd(limit: number): number | undefined {
    for (const key of [...this.pages.keys()].sort((a, b) => b - a)) {
      const page = this.pages.get(key) as Page
      const buckets = Math.min(page.length / width, Math.floor((limit - key * this.pageMs) / this.bucketMs))
      for (let at = (buckets - 1) * width; at >= 0; at -= width) {
        if (page[at] !== 0 || page[at + 1] !== 0) return key * this.pageMs + (at / width + 1) * this.bucketMs
      }
    }
    return undefined
  }

  /** Drops pages that end at or before `time`. */
  prune(time: number): void {
    for (const key of this.pages.keys()) {
      if ((key + 1) * this.pageMs > time) continue
      this.pages.delete(key)
      this.dirty.add(key)
    }
    this.#lastPage = undefined
  }
}

function floorTo(time: number, step: number): number {
  return Math.floor(time / step) * step
}

export class Tally implements Stateful {
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

  /** Start of what is left of the past, epoch ms. */
  get keptFrom(): number {
    return Math.max(this.#oldest, Math.min(...this.#floors))
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

  /** Bytes of all pages. */
  get bytes(): number {
    let bytes = 0
    for (const { pages } of this.#levels) for (const page of pages.values()) bytes += page.byteLength
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
    const counts: Counts = { good: 0, bad: 0, excluded: 0 }
    this.#sum(this.edge(from), this.end(to), 0, counts)
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
    if (from < start) level.sum(from, start, into)
    this.#sum(start, stop, i + 1, into)
    if (stop < to) level.sum(stop, to, into)
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

  save(out: ChunkWriter): void {
    if (this.#levels.every((level) => level.dirty.size === 0)) return
    this.#levels.forEach((level, i) => {
      level.save(out, `${i}/`)
    })
    out.put('span', jsonBytes([this.#oldest, this.#newest]))
  }

  saved(): void {
    for (const level of this.#levels) level.dirty.clear()
  }

  restore(key: string, bytes: Uint8Array): void {
    if (key === 'span') {
      const [oldest, newest] = jsonOf<[number, number]>(bytes)
      this.#oldest = oldest
      this.#advance(newest)
      return
    }
    const [level, page] = key.split('/').map(Number)
    this.#levels[level ?? -1]?.restore(page ?? Number.NaN, bytes)
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
