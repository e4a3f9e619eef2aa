/**
 * Who burned the budget: bounded counts of bad events per key (space-saving). Exact while the number of keys stays
 * under the capacity; beyond it, a count is at most `error` too high.
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
    if (this.#entries.size < this.#capacity) {
      this.#entries.set(detached(key), { count, error })
      return
    }
    const [smallestKey, smallest] = this.#smallest()
    this.#entries.delete(smallestKey)
    this.#entries.set(detached(key), { count: smallest.count + count, error: smallest.count + error })
  }

  #smallest(): [string, Entry] {
    let found: [string, Entry] | undefined
    for (const candidate of this.#entries) {
      if (found === undefined || candidate[1].count < found[1].count) found = candidate
    }
    return found ?? ['', { count: 0, error: 0 }]
  }

  merge(other: Contributors): void {
    for (const [key, entry] of other.#entries) this.add(key, entry.count, entry.error)
  }

  /** All entries, for the store. */
  entries(): readonly (readonly [key: string, count: number, error: number])[] {
    return [...this.#entries].map(([key, { count, error }]) => [key, count, error])
  }

  /** The `limit` largest, ties by key. */
  top(limit: number): readonly Contributor[] {
    return [...this.#entries]
      .map(([key, { count, error }]) => ({ key, bad: count, error }))
      .sort((a, b) => b.bad - a.bad || (a.key < b.key ? -1 : 1))
      .slice(0, limit)
  }
}
