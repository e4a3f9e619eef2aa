/**
 * Who burned the budget: bounded counts of bad events per key (space-saving). Exact while the number of keys stays
 * under the capacity; beyond it, a count is at most `error` too high, and no key did more than its count and `unseen`.
 */

import { detached } from '../events/detach.ts'

export interface Contributor {
  readonly key: string
  readonly bad: number
  /** How much of `bad` may belong to keys that were pushed out. */
  readonly error: number
}

interface Entry {
  count: number
  error: number
}

export class Contributors {
  readonly #capacity: number
  readonly #entries = new Map<string, Entry>()
  /** No key without an entry did more. */
  #pushedOut = 0
  /** What keys did among those that were merged in, and left no trace there. */
  #lost = 0

  constructor(capacity: number) {
    this.#capacity = capacity
  }

  add(key: string, count: number, error = 0): void {
    const entry = this.#entries.get(key)
    if (entry !== undefined) {
      entry.count += count
      entry.error += error
      if (entry.count <= 0) this.#entries.delete(key)
      return
    }
    if (count <= 0) return
    let before = this.#pushedOut
    if (this.#entries.size >= this.#capacity) {
      const [smallestKey, smallest] = this.#smallest()
      this.#entries.delete(smallestKey)
      before = Math.max(before, smallest.count)
      this.#pushedOut = before
    }
    this.#entries.set(detached(key), { count: count + before, error: error + before })
  }

  /** Ties by key, so that it does not matter in which order a restart brings them back. */
  #smallest(): [string, Entry] {
    let found: [string, Entry] | undefined
    for (const candidate of this.#entries) {
      const difference = found === undefined ? -1 : candidate[1].count - found[1].count
      if (difference < 0 || (difference === 0 && found !== undefined && candidate[0] < found[0]))
        found = candidate
    }
    return found ?? ['', { count: 0, error: 0 }]
  }

  merge(other: Contributors): void {
    for (const [key, entry] of other.#entries) this.add(key, entry.count, entry.error)
    this.#lost += other.unseen
  }

  /** How much any key, listed or not, may have done beyond what is said of it. */
  get unseen(): number {
    return this.#pushedOut + this.#lost
  }

  /** Takes back what the store has, into an instance without entries. */
  restore(entries: ReturnType<Contributors['entries']>, unseen: number): void {
    for (const [key, count, error] of entries) this.add(key, count, error)
    this.#pushedOut = unseen
  }

  /** All entries by key, for the store: the same bytes for the same counts. */
  entries(): readonly (readonly [key: string, count: number, error: number])[] {
    return [...this.#entries]
      .map(([key, { count, error }]) => [key, count, error] as const)
      .sort(([a], [b]) => (a < b ? -1 : 1))
  }

  /** The `limit` largest, ties by key. */
  top(limit: number): readonly Contributor[] {
    return [...this.#entries]
      .map(([key, { count, error }]) => ({ key, bad: count, error }))
      .sort((a, b) => b.bad - a.bad || (a.key < b.key ? -1 : 1))
      .slice(0, limit)
  }
}
