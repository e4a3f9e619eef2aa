/** Spans of time by hashed key, bounded and durable: how long tokens live, and when an identity holds a valid one. */
import { type ChunkWriter, jsonBytes, jsonOf, prefixed, type Stateful } from '../chunk.ts'
import { SpanLog } from './span-log.ts'
import { SpanTable } from './span-table.ts'

/** Without a known end, a span is kept so long, ms. */
const keptWithoutEndMs = 86_400_000
const sampled = 4096
/** Tables that grow each on its own: memory comes in small steps, and no event waits for all spans to be moved. */
const tableCount = 64

export interface Span {
  readonly from: number
  /** The same as `from` where the end is not known. */
  readonly to: number
}

/**
 * `one`: all spans of a key are parts of one, from the earliest start to the last end.
 * `union`: spans that overlap become one, others stay apart.
 */
export type Joining = 'one' | 'union'

function keptUntil(from: number, to: number): number {
  return to > from ? to : from + keptWithoutEndMs
}

export class Spans implements Stateful {
  /** Spans that were let go before they ended, for want of room. */
  forgotten = 0
  readonly #joining: Joining
  readonly #maxSpans: number
  readonly #tables = Array.from({ length: tableCount }, () => new SpanTable())
  #size = 0
  readonly #log: SpanLog | undefined
  /** What ends before it is not kept, epoch ms. It only goes up, so that a restart brings nothing back. */
  #horizon = Number.NEGATIVE_INFINITY
  #isHorizonDirty = false

  constructor(joining: Joining, maxSpans: number, isDurable: boolean) {
    this.#joining = joining
    this.#maxSpans = maxSpans
    if (isDurable) this.#log = new SpanLog((low, high, from, to) => this.#join(low, high, from, to))
  }

  get size(): number {
    return this.#size
  }

  get bytes(): number {
    return this.#tables.reduce((sum, { bytes }) => sum + bytes, 0)
  }

  /** A key begins its search by the other word. */
  #tableOf(high: number): SpanTable {
    return this.#tables[high % tableCount] as SpanTable
  }

  /** The key's span, where spans are joined to one. */
  spanOf(low: number, high: number): Span | undefined {
    const table = this.#tableOf(high)
    const slot = table.first(low, high)
    return slot < 0 ? undefined : { from: table.from(slot), to: table.to(slot) }
  }

  /** Whether `time` lies strictly between the ends of a span of the key. */
  covers(low: number, high: number, time: number): boolean {
    const table = this.#tableOf(high)
    for (let slot = table.first(low, high); slot >= 0; slot = table.next(slot, low, high))
      if (table.from(slot) < time && time < table.to(slot)) return true
    return false
  }

  add(low: number, high: number, from: number, to: number): void {
    const slot = this.#join(low, high, from, to)
    if (slot < 0) return
    if (this.#log !== undefined) {
      const table = this.#tableOf(high)
      const [start, end] = [table.from(slot), table.to(slot)]
      this.#log.add(low, high, start, end, keptUntil(start, end), to - from)
    }
    if (this.#size > this.#maxSpans) this.#forget()
  }

  /** The slot of the span as it is now; -1 where it was there before or is too old. */
  #join(low: number, high: number, from: number, to: number): number {
    if (keptUntil(from, to) < this.#horizon) return -1
    const table = this.#tableOf(high)
    const slot = this.#meeting(low, high, from, to, -1)
    if (slot < 0) {
      this.#size++
      return table.add(low, high, from, to)
    }
    const [start, end] = [table.from(slot), table.to(slot)]
    if (start <= from && to <= end) return -1
    const [earliest, latest] = [Math.min(start, from), Math.max(end, to)]
    if (this.#meeting(low, high, earliest, latest, slot) < 0) {
      table.set(slot, earliest, latest)
      return slot
    }
    // What is longer now meets another one.
    table.remove(slot)
    this.#size--
    return this.#join(low, high, earliest, latest)
  }

  /** A slot of the key, but for `except`, whose span is to be joined with this one; -1 without one. */
  #meeting(low: number, high: number, from: number, to: number, except: number): number {
    const table = this.#tableOf(high)
    for (let slot = table.first(low, high); slot >= 0; slot = table.next(slot, low, high)) {
      if (slot === except) continue
      if (this.#joining === 'one' || (table.from(slot) < to && from < table.to(slot))) return slot
    }
    return -1
  }

  /** Gives up the eighth or so that ends first. */
  #forget(): void {
    const ends: number[] = []
    const step = Math.max(1, Math.floor(this.#size / sampled))
    let seen = 0
    const look = (from: number, to: number): void => {
      if (seen++ % step === 0) ends.push(keptUntil(from, to))
    }
    for (const table of this.#tables) table.each(look)
    ends.sort((a, b) => a - b)
    // Just after an end that is there, so that something goes.
    this.forgotten += this.#raise((ends[Math.floor(ends.length / 8)] as number) + 1)
  }

  #raise(horizon: number): number {
    this.#horizon = horizon
    this.#isHorizonDirty = true
    this.#log?.prune(horizon)
    const isGone = (from: number, to: number): boolean => keptUntil(from, to) < horizon
    const gone = this.#tables.reduce((sum, table) => sum + table.sweep(isGone), 0)
    this.#size -= gone
    return gone
  }

  /** Lets go of what ended before `floor`, epoch ms. */
  prune(floor: number): void {
    if (floor > this.#horizon) this.#raise(floor)
  }

  save(out: ChunkWriter): void {
    if (this.#isHorizonDirty) out.put('horizon', jsonBytes([this.#horizon, this.forgotten]))
    this.#log?.save(prefixed(out, 'log/'))
  }

  saved(): void {
    this.#isHorizonDirty = false
    this.#log?.saved()
  }

  restore(key: string, bytes: Uint8Array): void {
    if (key !== 'horizon') {
      this.#log?.restore(key.slice('log/'.length), bytes)
      return
    }
    const [horizon, forgotten] = jsonOf<[number, number]>(bytes)
    this.forgotten = forgotten
    this.#raise(horizon)
    this.#isHorizonDirty = false
  }
}
