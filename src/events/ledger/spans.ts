/** Spans of time by hashed key, bounded and durable: how long tokens live, and when an identity holds a valid one. */
import { type ChunkWriter, jsonBytes, jsonOf, prefixed, type Stateful } from '../chunk.ts'
import { SpanLog } from './span-log.ts'
import { SpanTable } from './span-table.ts'

/** Without a known end, a span is kept so long, ms. */
const keptWithoutEndMs = 86_400_000
const sampled = 4096

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
  readonly #table = new SpanTable()
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
    return this.#table.size
  }

  get bytes(): number {
    return this.#table.bytes
  }

  /** The key's span, where spans are joined to one. */
  spanOf(low: number, high: number): Span | undefined {
    const table = this.#table
    const slot = table.first(low, high)
    return slot < 0 ? undefined : { from: table.from(slot), to: table.to(slot) }
  }

  /** Whether `time` lies strictly between the ends of a span of the key. */
  covers(low: number, high: number, time: number): boolean {
    const table = this.#table
    for (let slot = table.first(low, high); slot >= 0; slot = table.next(slot, low, high))
      if (table.from(slot) < time && time < table.to(slot)) return true
    return false
  }

  add(low: number, high: number, from: number, to: number): void {
    const joined = this.#join(low, high, from, to)
    if (joined === undefined) return
    this.#log?.add(low, high, joined.from, joined.to, keptUntil(joined.from, joined.to), to - from)
    if (this.#table.size > this.#maxSpans) this.#forget()
  }

  /** The span that is there now; undefined where it was there before or is too old. */
  #join(low: number, high: number, from: number, to: number): Span | undefined {
    if (keptUntil(from, to) < this.#horizon) return undefined
    const table = this.#table
    let start = from
    let end = to
    for (let slot = table.first(low, high); slot >= 0; ) {
      const otherFrom = table.from(slot)
      const otherTo = table.to(slot)
      if (this.#joining === 'one' || (otherFrom < end && start < otherTo)) {
        if (otherFrom <= start && end <= otherTo) return undefined
        start = Math.min(start, otherFrom)
        end = Math.max(end, otherTo)
        table.remove(slot)
        // Others may have moved up, and may overlap what is longer now.
        slot = table.first(low, high)
      } else slot = table.next(slot, low, high)
    }
    table.add(low, high, start, end)
    return { from: start, to: end }
  }

  /** Gives up the eighth or so that ends first. */
  #forget(): void {
    const ends: number[] = []
    this.#table.sample(sampled, (from, to) => ends.push(keptUntil(from, to)))
    ends.sort((a, b) => a - b)
    // Just after an end that is there, so that something goes.
    this.forgotten += this.#raise((ends[Math.floor(ends.length / 8)] as number) + 1)
  }

  #raise(horizon: number): number {
    this.#horizon = horizon
    this.#isHorizonDirty = true
    this.#log?.prune(horizon)
    return this.#table.sweep((from, to) => keptUntil(from, to) < horizon)
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
