/** Counts in buckets of one length, in pages that exist only where there are counts. */
import type { ChunkWriter } from '../events/chunk.ts'

export interface Resolution {
  readonly bucketMs: number
  readonly bucketsPerPage: number
}

const dayMs = 86_400_000

type Page = Float64Array | Uint32Array

export class Level {
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
  readonly width: number

  constructor(resolution: Resolution, width: number) {
    this.width = width
    this.bucketMs = resolution.bucketMs
    this.#bucketsPerPage = resolution.bucketsPerPage
    this.pageMs = resolution.bucketMs * resolution.bucketsPerPage
  }

  /** `place` is that of the count in its bucket. */
  add(time: number, place: number, count: number): void {
    const since = time - this.#lastStart
    let page = this.#lastPage
    if (page === undefined || !(since >= 0 && since < this.bucketMs)) page = this.#moveTo(time)
    const at = this.#lastAt + place
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
    this.#lastAt = bucket * this.width
    return page
  }

  /** A day of a busy issuer can pass 2^32; shorter buckets cannot. */
  #newPage(): Page {
    const length = this.#bucketsPerPage * this.width
    return this.bucketMs === dayMs ? new Float64Array(length) : new Uint32Array(length)
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

  /** Adds the counts of buckets [from, to) to `into`, by their place in the bucket; both are multiples of its length. */
  sum(from: number, to: number, into: [number, number]): void {
    const { width } = this
    let first = 0
    let second = 0
    for (let at = from; at < to; ) {
      const key = Math.floor(at / this.pageMs)
      const pageStart = key * this.pageMs
      const stop = Math.min(to, pageStart + this.pageMs)
      const page = this.pages.get(key)
      if (page !== undefined) {
        const last = ((stop - pageStart) / this.bucketMs) * width
        for (let i = ((at - pageStart) / this.bucketMs) * width; i < last; i += width) {
          first += page[i] as number
          if (width === 2) second += page[i + 1] as number
        }
      }
      at = stop
    }
    into[0] += first
    into[1] += second
  }

  /** End of the last bucket with a good or bad event that ends by `limit`, epoch ms. */
  lastJudgedEnd(limit: number): number | undefined {
    for (const key of [...this.pages.keys()].sort((a, b) => b - a)) {
      const page = this.pages.get(key) as Page
      const { width } = this
      const buckets = Math.min(page.length / width, Math.floor((limit - key * this.pageMs) / this.bucketMs))
      for (let at = (buckets - 1) * width; at >= 0; at -= width) {
        if (page[at] !== 0 || page[at + 1] !== 0) return key * this.pageMs + (at / width + 1) * this.bucketMs
      }
    }
    return undefined
  }

  /** Adds what another one of the same resolution counts from `floor` on, epoch ms. */
  merge(other: Level, floor: number): void {
    for (const [key, page] of other.pages) {
      if (key * this.pageMs < floor) continue
      for (let at = 0; at < page.length; at++) {
        const count = page[at] as number
        const start = key * this.pageMs + Math.floor(at / this.width) * this.bucketMs
        if (count !== 0) this.add(start, at % this.width, count)
      }
    }
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

export function floorTo(time: number, step: number): number {
  return Math.floor(time / step) * step
}

/** Sums [from, to) with the buckets of level `i` at the edges and coarser ones between them. */
export function sumFrom(
  levels: readonly Level[],
  from: number,
  to: number,
  i: number,
  into: [number, number],
): void {
  const level = levels[i] as Level
  const coarser = levels[i + 1]
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
  sumFrom(levels, start, stop, i + 1, into)
  if (stop < to) level.sum(stop, to, into)
}
