/**
 * Finds events that were delivered before. An event keeps its time when it is delivered again, so ids are kept in
 * segments by hour of event time: a look-up touches one segment, and old segments leave as a whole.
 */

const hourMs = 3_600_000
const initialSlots = 1024

/** 64 bits of a text as two unsigned words: 10 million ids collide with a probability of about 3 in a million. */
export interface IdHash {
  low: number
  high: number
}

/** Two multiplicative hashes in one pass, mixed at the end; writes into `out` so that nothing is allocated. */
export function hashId(id: string, out: IdHash): void {
  let a = 0x9e3779b9
  let b = 0x41c6ce57
  for (let i = 0; i < id.length; i++) {
    const code = id.charCodeAt(i)
    a = Math.imul(a ^ code, 0x9e3779b1)
    b = Math.imul(b ^ code, 0x5f356495)
  }
  a = Math.imul(a ^ (a >>> 16), 0x85ebca6b) ^ Math.imul(b ^ (b >>> 13), 0xc2b2ae35)
  b = Math.imul(b ^ (b >>> 16), 0x85ebca6b) ^ Math.imul(a ^ (a >>> 13), 0xc2b2ae35)
  out.low = a >>> 0
  // 0/0 marks a free slot.
  out.high = a === 0 && b === 0 ? 1 : b >>> 0
}

class Segment {
  words = new Uint32Array(initialSlots * 2)
  count = 0

  /** False when the hash is there already. */
  add(low: number, high: number): boolean {
    if (this.count * 10 > this.words.length * 3.5) this.#grow()
    const isNew = insert(this.words, low, high)
    if (isNew) this.count++
    return isNew
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

export class Dedupe {
  readonly #maxBytes: number
  readonly #segments = new Map<number, Segment>()
  readonly #hash: IdHash = { low: 0, high: 0 }
  #bytes = 0
  #floorHour = Number.NEGATIVE_INFINITY

  /** `maxBytes`: of the id table, 8 bytes a slot and two slots or so an id. */
  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes
  }

  /** Epoch ms: events before it can no longer be recognised as duplicates. */
  get horizon(): number {
    return this.#floorHour * hourMs
  }

  get bytes(): number {
    return this.#bytes
  }

  /** Whether the event is seen for the first time; older than the horizon always counts as first. */
  isFirst(id: string, time: number): boolean {
    const hour = Math.floor(time / hourMs)
    if (hour < this.#floorHour) return true
    hashId(id, this.#hash)
    return this.#segment(hour, this.#hash)
  }

  #segment(hour: number, hash: IdHash): boolean {
    let segment = this.#segments.get(hour)
    if (segment === undefined) {
      segment = new Segment()
      this.#segments.set(hour, segment)
      this.#bytes += segment.words.byteLength
    }
    const before = segment.words.byteLength
    const isFirst = segment.add(hash.low, hash.high)
    this.#bytes += segment.words.byteLength - before
    if (this.#bytes > this.#maxBytes) this.#forgetOldest(hour)
    return isFirst
  }

  /** Gives up the oldest hour: the horizon shrinks, memory does not grow. */
  #forgetOldest(current: number): void {
    const oldest = Math.min(...this.#segments.keys())
    if (oldest === current) return
    this.#drop(oldest)
    this.#floorHour = Math.max(this.#floorHour, oldest + 1)
  }

  #drop(hour: number): void {
    this.#bytes -= this.#segments.get(hour)?.words.byteLength ?? 0
    this.#segments.delete(hour)
  }

  /** Forgets ids of events before `time`, epoch ms. */
  prune(time: number): void {
    const hour = Math.floor(time / hourMs)
    for (const old of this.#segments.keys()) if (old < hour) this.#drop(old)
    this.#floorHour = Math.max(this.#floorHour, hour)
  }
}
