/**
 * Finds events that were delivered before. An event keeps its time when it is delivered again, so ids are kept in
 * segments by hour of event time: a look-up touches one segment, and old segments leave as a whole.
 */
import type { ChunkWriter, Stateful } from './chunk.ts'
import { TextHash } from './text-hash.ts'

const hourMs = 3_600_000
const initialSlots = 1024

/** This many chunks of an hour are written as one again. */
const maxChunks = 64

class Segment {
  words = new Uint32Array(initialSlots * 2)
  count = 0
  /** Words of ids that are not saved yet, and how many chunks hold the others. */
  fresh: number[] = []
  chunks = 0

  /** False when the hash is there already. */
  add(low: number, high: number): boolean {
    if (this.count * 10 > this.words.length * 3.5) this.#grow()
    const isNew = insert(this.words, low, high)
    if (isNew) this.count++
    return isNew
  }

  /** All ids, without the free slots between them. */
  ids(): Uint32Array {
    const ids = new Uint32Array(this.count * 2)
    let at = 0
    for (let i = 0; i < this.words.length; i += 2) {
      if (this.words[i] === 0 && this.words[i + 1] === 0) continue
      ids[at++] = this.words[i] as number
      ids[at++] = this.words[i + 1] as number
    }
    return ids
  }

  #grow(): void {
    const old = this.words
    this.words = new Uint32Array(old.length * 2)
    for (let i = 0; i < old.length; i += 2) {
      const low = old[i] as number
      const high = old[i + 1] as number
      if (low !== 0 || high !== 0) insert(this.words, low, high)
    }
  }
}

function insert(words: Uint32Array, low: number, high: number): boolean {
  const mask = words.length / 2 - 1
  for (let slot = low & mask; ; slot = (slot + 1) & mask) {
    const at = slot * 2
    const seenLow = words[at] as number
    const seenHigh = words[at + 1] as number
    if (seenLow === 0 && seenHigh === 0) {
      words[at] = low
      words[at + 1] = high
      return true
    }
    if (seenLow === low && seenHigh === high) return false
  }
}

export class Dedupe implements Stateful {
  readonly #maxBytes: number
  readonly #segments = new Map<number, Segment>()
  readonly #hash = new TextHash()
  #bytes = 0
  #floorHour = Number.NEGATIVE_INFINITY
  readonly #isDurable: boolean
  readonly #dirty = new Set<number>()

  /**
   * `maxBytes`: of the id table, 8 bytes a slot and two slots or so an id. `isDurable`: ids are also kept until
   * they are saved.
   */
  constructor(maxBytes: number, isDurable = false) {
    this.#maxBytes = maxBytes
    this.#isDurable = isDurable
  }

  /** Epoch ms: copies of events before it may no longer be recognised. */
  get horizon(): number {
    return this.#floorHour * hourMs
  }

  get bytes(): number {
    return this.#bytes
  }

  /** Whether the event is seen for the first time; what is older than the horizon counts as first. */
  isFirst(id: string, time: number): boolean {
    const hour = Math.floor(time / hourMs)
    if (hour < this.#floorHour && !this.#segments.has(hour)) return true
    this.#hash.of(id)
    return this.#segment(hour, this.#hash)
  }

  #segment(hour: number, hash: TextHash): boolean {
    let segment = this.#segments.get(hour)
    if (segment === undefined) {
      segment = new Segment()
      this.#segments.set(hour, segment)
      this.#bytes += segment.words.byteLength
    }
    const before = segment.words.byteLength
    const isFirst = segment.add(hash.low, hash.high)
    if (isFirst && this.#isDurable) {
      segment.fresh.push(hash.low, hash.high)
      this.#dirty.add(hour)
    }
    this.#bytes += segment.words.byteLength - before
    if (this.#bytes > this.#maxBytes) this.#forgetOldest(hour)
    return isFirst
  }

  /** Gives up the oldest hours: the horizon moves up, memory does not grow. */
  #forgetOldest(current: number): void {
    while (this.#bytes > this.#maxBytes) {
      let oldest = Number.POSITIVE_INFINITY
      for (const hour of this.#segments.keys()) if (hour < oldest) oldest = hour
      this.#drop(oldest)
      this.#floorHour = Math.max(this.#floorHour, oldest + 1)
      if (oldest !== current) continue
      // An hour too busy for the limit starts over: most copies come soon after, and those are still found.
      const segment = new Segment()
      // So that the next time it is saved, chunks of before are removed.
      segment.chunks = maxChunks
      this.#segments.set(current, segment)
      this.#bytes += segment.words.byteLength
      return
    }
  }

  #drop(hour: number): void {
    this.#bytes -= this.#segments.get(hour)?.words.byteLength ?? 0
    this.#segments.delete(hour)
    if (this.#isDurable) this.#dirty.add(hour)
  }

  /** Forgets ids of events before `time`, epoch ms. */
  prune(time: number): void {
    const hour = Math.floor(time / hourMs)
    for (const old of this.#segments.keys()) if (old < hour) this.#drop(old)
    this.#floorHour = Math.max(this.#floorHour, hour)
  }

  save(out: ChunkWriter): void {
    for (const hour of this.#dirty) {
      const segment = this.#segments.get(hour)
      if (segment === undefined) out.removeAll(`${hour}/`)
      else if (segment.chunks < maxChunks)
        out.put(`${hour}/${segment.chunks}`, bytesOf(Uint32Array.from(segment.fresh)))
      else {
        out.removeAll(`${hour}/`)
        out.put(`${hour}/0`, bytesOf(segment.ids()))
      }
    }
  }

  saved(): void {
    for (const hour of this.#dirty) {
      const segment = this.#segments.get(hour)
      if (segment === undefined) continue
      segment.fresh = []
      segment.chunks = segment.chunks < maxChunks ? segment.chunks + 1 : 1
    }
    this.#dirty.clear()
  }

  restore(key: string, bytes: Uint8Array): void {
    const hour = Number(key.split('/')[0])
    // Chunks are read in place only where their bytes are aligned: copy them.
    const words = new Uint32Array(bytes.slice().buffer)
    for (let i = 0; i < words.length; i += 2) {
      this.#hash.low = words[i] as number
      this.#hash.high = words[i + 1] as number
      this.#segment(hour, this.#hash)
    }
    const segment = this.#segments.get(hour)
    if (segment !== undefined) {
      segment.chunks++
      segment.fresh = []
    }
    this.#dirty.clear()
  }
}

function bytesOf(words: Uint32Array): Uint8Array {
  return new Uint8Array(words.buffer, words.byteOffset, words.byteLength)
}
