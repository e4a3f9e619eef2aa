/**
 * What each application's events of the last hours were for an objective: enough to tell how an application did before
 * and after a change. By minutes, bounded in number; the oldest go first.
 */
import { type ChunkWriter, jsonBytes, jsonOf, type Stateful } from '../events/chunk.ts'
import type { Verdict } from '../indicators/indicator.ts'

export const appBucketMs = 60_000
/** Behind the newest event, ms. */
export const appCountsKeptMs = 2 * 3_600_000
/** Applications in minutes: about 150 bytes each. With 50 busy applications, two hours. */
const maxCells = 6000

export interface Judged {
  readonly good: number
  readonly bad: number
}

/** Good and bad of each part of the objective in turn. */
type Cell = number[]

export class AppCounts implements Stateful {
  readonly #maxCells: number
  /** By start, epoch ms; then by application. */
  readonly #buckets = new Map<number, Map<string, Cell>>()
  readonly #dirty = new Set<number>()
  /** Buckets that the store has: without a store there are none, and none to remove from it. */
  readonly #stored = new Set<number>()
  #cells = 0
  #newest = Number.NEGATIVE_INFINITY
  /** Start of what is kept, epoch ms. */
  #floor = Number.NEGATIVE_INFINITY

  constructor(limit = maxCells) {
    this.#maxCells = limit
  }

  get keptFrom(): number {
    return this.#floor
  }

  /** `badShare`: how much of the event is bad, in thousandths, where the indicator weighs. A negative count takes back. */
  add(app: string, time: number, part: number, verdict: Verdict, count: number, badShare?: number): void {
    if (verdict === 'excluded') return
    const start = Math.floor(time / appBucketMs) * appBucketMs
    if (start < this.#floor) return
    if (start > this.#newest) this.#advance(start)
    const cell = this.#cell(start, app)
    const bad = badShare === undefined ? (verdict === 'bad' ? count : 0) : (count * badShare) / 1000
    const at = part * 2
    while (cell.length < at + 2) cell.push(0)
    cell[at] = (cell[at] ?? 0) + count - bad
    cell[at + 1] = (cell[at + 1] ?? 0) + bad
    this.#dirty.add(start)
    while (this.#cells > this.#maxCells && this.#buckets.size > 1) this.#dropOldest()
  }

  #cell(start: number, app: string): Cell {
    let bucket = this.#buckets.get(start)
    if (bucket === undefined) {
      bucket = new Map()
      this.#buckets.set(start, bucket)
    }
    let cell = bucket.get(app)
    if (cell === undefined) {
      cell = []
      bucket.set(app, cell)
      this.#cells++
    }
    return cell
  }

  #advance(newest: number): void {
    this.#newest = newest
    this.#floor = Math.max(this.#floor, newest - appCountsKeptMs)
    for (const start of this.#buckets.keys()) if (start < this.#floor) this.#drop(start)
  }

  #dropOldest(): void {
    const oldest = Math.min(...this.#buckets.keys())
    this.#drop(oldest)
    this.#floor = oldest + appBucketMs
  }

  #drop(start: number): void {
    this.#cells -= this.#buckets.get(start)?.size ?? 0
    this.#buckets.delete(start)
    if (this.#stored.has(start)) this.#dirty.add(start)
    else this.#dirty.delete(start)
  }

  /** Counts of an application in [from, to), both whole buckets, for each of `parts` parts. */
  window(app: string, from: number, to: number, parts: number): readonly Judged[] {
    const sums = Array.from({ length: parts }, () => ({ good: 0, bad: 0 }))
    for (const [start, bucket] of this.#buckets) {
      const cell = start >= from && start < to ? bucket.get(app) : undefined
      if (cell === undefined) continue
      sums.forEach((sum, part) => {
        sum.good += cell[part * 2] ?? 0
        sum.bad += cell[part * 2 + 1] ?? 0
      })
    }
    return sums
  }

  has(app: string): boolean {
    return [...this.#buckets.values()].some((bucket) => bucket.has(app))
  }

  save(out: ChunkWriter): void {
    for (const start of this.#dirty) {
      const bucket = this.#buckets.get(start)
      if (bucket === undefined) out.remove(`${start}`)
      else out.put(`${start}`, jsonBytes([...bucket].sort(([a], [b]) => (a < b ? -1 : 1))))
    }
    if (this.#dirty.size > 0) out.put('span', jsonBytes([this.#floor, this.#newest]))
  }

  saved(): void {
    for (const start of this.#dirty) {
      if (this.#buckets.has(start)) this.#stored.add(start)
      else this.#stored.delete(start)
    }
    this.#dirty.clear()
  }

  restore(key: string, bytes: Uint8Array): void {
    if (key === 'span') {
      const [floor, newest] = jsonOf<[number, number]>(bytes)
      this.#floor = floor
      this.#newest = newest
      return
    }
    const bucket = new Map(jsonOf<[string, Cell][]>(bytes))
    this.#buckets.set(Number(key), bucket)
    this.#stored.add(Number(key))
    this.#cells += bucket.size
  }
}
