/**
 * Who burned the budget: bounded counts of bad events per key (space-saving). Exact while the number of keys stays
 * under the capacity; beyond it, a count is at most `error` too high, and no key did more than its count and `unseen`.
 */

import { TextPool } from '../events/text-pool.ts'

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
  /** Undefined while they are packed. */
  #entries: Map<string, Entry> | undefined = new Map()
  /** Key, count and error of each entry in turn: a day that is over takes a tenth of the memory this way. */
  #packed: readonly (string | number)[] = []
  /** No key without an entry did more. */
  #pushedOut = 0
  /** What keys did among those that were merged in, and left no trace there. */
  #lost = 0

  readonly #texts: TextPool

  /** `texts`, where others keep the same keys. */
  constructor(capacity: number, texts = new TextPool()) {
    this.#capacity = capacity
    this.#texts = texts
  }

  /** Nothing is expected to be added for long. */
  pack(): void {
    if (this.#entries === undefined) return
    this.#packed = this.#triples().flat()
    this.#entries = undefined
  }

  #unpacked(): Map<string, Entry> {
    this.#entries ??= new Map(this.#triples().map(([key, count, error]) => [key, { count, error }]))
    this.#packed = []
    return this.#entries
  }

  #triples(): (readonly [key: string, count: number, error: number])[] {
    if (this.#entries !== undefined)
      return [...this.#entries].map(([key, { count, error }]) => [key, count, error] as const)
    const packed = this.#packed
    return Array.from({ length: packed.length / 3 }, (_, i) => {
      return [String(packed[3 * i]), Number(packed[3 * i + 1]), Number(packed[3 * i + 2])] as const
    })
  }

  add(key: string, count: number, error = 0): void {
    const entries = this.#entries ?? this.#unpacked()
    const entry = entries.get(key)
    if (entry !== undefined) {
      entry.count += count
      entry.error += error
      if (entry.count <= 0) entries.delete(key)
      return
    }
    if (count <= 0) return
    let before = this.#pushedOut
    if (entries.size >= this.#capacity) {
      const [smallestKey, smallest] = smallestOf(entries)
      entries.delete(smallestKey)
      before = Math.max(before, smallest.count)
      this.#pushedOut = before
    }
    entries.set(this.#texts.own(key), { count: count + before, error: error + before })
  }

  merge(other: Contributors): void {
    for (const [key, count, error] of other.#triples()) this.add(key, count, error)
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
    return this.#triples().sort(([a], [b]) => (a < b ? -1 : 1))
  }

  /** What is said of one key; 0 where it has no entry. */
  badOf(key: string): number {
    if (this.#entries !== undefined) return this.#entries.get(key)?.count ?? 0
    for (let i = 0; i < this.#packed.length; i += 3) {
      if (this.#packed[i] === key) return Number(this.#packed[i + 1])
    }
    return 0
  }

  /** The `limit` largest, ties by key. */
  top(limit: number): readonly Contributor[] {
    return this.#triples()
      .map(([key, bad, error]) => ({ key, bad, error }))
      .sort((a, b) => b.bad - a.bad || (a.key < b.key ? -1 : 1))
      .slice(0, limit)
  }
}

/** Ties by key, so that it does not matter in which order a restart brings them back. */
function smallestOf(entries: ReadonlyMap<string, Entry>): [string, Entry] {
  let found: [string, Entry] | undefined
  for (const candidate of entries) {
    const difference = found === undefined ? -1 : candidate[1].count - found[1].count
    if (difference < 0 || (difference === 0 && found !== undefined && candidate[0] < found[0]))
      found = candidate
  }
  return found ?? ['', { count: 0, error: 0 }]
}
