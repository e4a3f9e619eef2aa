/**
 * Spans on their way to the store: only what was added since the last commit is written. Chunks are grouped by when
 * their spans end, in segments that leave the store as a whole.
 */
import type { ChunkWriter, Stateful } from '../chunk.ts'

const hourMs = 3_600_000
/** Numbers of one span in a chunk: the two words of its key, from, to. */
const numbersPerSpan = 4
/** So many small chunks of a segment are written as one, unless they are large already. */
const maxSmallChunks = 64
const maxSmallNumbers = 4096 * numbersPerSpan

interface Segment {
  /** Spans in it matter until then, epoch ms. */
  readonly end: number
  nextChunk: number
  /** Chunks to be merged, and what they hold. */
  small: number[]
  smallNumbers: number[]
  fresh: number[]
}

/** Spans of long-lived tokens share wide segments: a span stays in the store a quarter of its length too long at most. */
function segmentHours(lengthMs: number): number {
  let hours = 1
  while (hours * 16 * hourMs <= lengthMs) hours *= 4
  return hours
}

export class SpanLog implements Stateful {
  readonly #segments = new Map<string, Segment>()
  readonly #dirty = new Set<string>()
  /** The segment of the last span that was added. */
  #lastHours = 0
  #lastNumber = 0
  #lastKey = ''
  readonly #take: (low: number, high: number, from: number, to: number) => void

  /** @param take is given each span that comes back from the store */
  constructor(take: (low: number, high: number, from: number, to: number) => void) {
    this.#take = take
  }

  /** `keptUntil`: epoch ms; `lengthMs`: how long the token lives, which tells how exactly `keptUntil` is kept. */
  add(low: number, high: number, from: number, to: number, keptUntil: number, lengthMs: number): void {
    const hours = segmentHours(lengthMs)
    const number = Math.floor(keptUntil / (hours * hourMs))
    // Most tokens of a source live equally long.
    if (hours !== this.#lastHours || number !== this.#lastNumber) {
      this.#lastHours = hours
      this.#lastNumber = number
      this.#lastKey = `${hours}-${number}`
    }
    this.#segment(this.#lastKey).fresh.push(low, high, from, to)
    this.#dirty.add(this.#lastKey)
  }

  #segment(key: string): Segment {
    let segment = this.#segments.get(key)
    if (segment === undefined) {
      // Times before 1970 have a minus of their own.
      const [hours = ''] = key.split('-', 1)
      const end = (Number(key.slice(hours.length + 1)) + 1) * Number(hours) * hourMs
      segment = { end, nextChunk: 0, small: [], smallNumbers: [], fresh: [] }
      this.#segments.set(key, segment)
    }
    return segment
  }

  /** Lets go of the segments that end by `time`, epoch ms. */
  prune(time: number): void {
    for (const [key, { end }] of this.#segments) {
      if (end > time) continue
      this.#segments.delete(key)
      this.#dirty.add(key)
    }
  }

  save(out: ChunkWriter): void {
    for (const key of this.#dirty) {
      const segment = this.#segments.get(key)
      if (segment === undefined) {
        out.removeAll(`${key}/`)
        continue
      }
      const merges = segment.small.length >= maxSmallChunks
      if (merges) for (const chunk of segment.small) out.remove(`${key}/${chunk}`)
      const numbers = merges ? segment.smallNumbers.concat(segment.fresh) : segment.fresh
      out.put(`${key}/${segment.nextChunk}`, new Uint8Array(Float64Array.from(numbers).buffer))
    }
  }

  saved(): void {
    for (const key of this.#dirty) {
      const segment = this.#segments.get(key)
      if (segment === undefined) continue
      const hasMerged = segment.small.length >= maxSmallChunks
      const isLarge = segment.smallNumbers.length + segment.fresh.length > maxSmallNumbers
      if (hasMerged || isLarge) {
        segment.small = []
        segment.smallNumbers = []
      } else {
        segment.small.push(segment.nextChunk)
        segment.smallNumbers = segment.smallNumbers.concat(segment.fresh)
      }
      segment.nextChunk++
      segment.fresh = []
    }
    this.#dirty.clear()
  }

  restore(key: string, bytes: Uint8Array): void {
    if (bytes.length % (numbersPerSpan * 8) !== 0) throw new Error(`spans of ${bytes.length} bytes`)
    const [name = '', chunk = ''] = key.split('/')
    const segment = this.#segment(name)
    segment.nextChunk = Math.max(segment.nextChunk, Number(chunk) + 1)
    // Chunks are read in place only where their bytes are aligned: copy them.
    const numbers = new Float64Array(bytes.slice().buffer)
    for (let i = 0; i < numbers.length; i += numbersPerSpan)
      this.#take(
        numbers[i] as number,
        numbers[i + 1] as number,
        numbers[i + 2] as number,
        numbers[i + 3] as number,
      )
  }
}
