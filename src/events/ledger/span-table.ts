/** A hash table of spans of time in typed arrays, 24 bytes a slot: a key may have several. */

const initialSlots = 1024
/** Slots in use before the table doubles. */
const fullShare = 0.7

export class SpanTable {
  /** Two words of the hash a slot, both 0 where it is free; the number of slots is a power of two. */
  #keys = new Uint32Array(initialSlots * 2)
  /** From and to, epoch ms. */
  #times = new Float64Array(initialSlots * 2)
  #size = 0

  get size(): number {
    return this.#size
  }

  get bytes(): number {
    return this.#keys.byteLength + this.#times.byteLength
  }

  from(slot: number): number {
    return this.#times[slot * 2] as number
  }

  to(slot: number): number {
    return this.#times[slot * 2 + 1] as number
  }

  /** The first slot of the key; -1 without one. Slots move when something is added or removed. */
  first(low: number, high: number): number {
    return this.#find(low & this.#mask, low, high)
  }

  /** The key's next slot after `slot`; -1 after the last. */
  next(slot: number, low: number, high: number): number {
    return this.#find((slot + 1) & this.#mask, low, high)
  }

  get #mask(): number {
    return this.#keys.length / 2 - 1
  }

  #find(start: number, low: number, high: number): number {
    const keys = this.#keys
    const mask = this.#mask
    for (let slot = start; ; slot = (slot + 1) & mask) {
      const seenLow = keys[slot * 2] as number
      const seenHigh = keys[slot * 2 + 1] as number
      if (seenLow === low && seenHigh === high) return slot
      if (seenLow === 0 && seenHigh === 0) return -1
    }
  }

  /** Adds one more span of the key. The two words are never both 0. */
  add(low: number, high: number, from: number, to: number): void {
    if (this.#size >= (this.#keys.length / 2) * fullShare) this.#grow()
    this.#put(low, high, from, to)
    this.#size++
  }

  #put(low: number, high: number, from: number, to: number): void {
    const keys = this.#keys
    const mask = this.#mask
    let slot = low & mask
    while (keys[slot * 2] !== 0 || keys[slot * 2 + 1] !== 0) slot = (slot + 1) & mask
    keys[slot * 2] = low
    keys[slot * 2 + 1] = high
    this.#times[slot * 2] = from
    this.#times[slot * 2 + 1] = to
  }

  #grow(): void {
    const keys = this.#keys
    const times = this.#times
    this.#keys = new Uint32Array(keys.length * 2)
    this.#times = new Float64Array(times.length * 2)
    for (let i = 0; i < keys.length; i += 2) {
      const low = keys[i] as number
      const high = keys[i + 1] as number
      if (low !== 0 || high !== 0) this.#put(low, high, times[i] as number, times[i + 1] as number)
    }
  }

  /** What follows moves up where it may, so that no search ends too early. */
  remove(slot: number): void {
    const keys = this.#keys
    const times = this.#times
    const mask = this.#mask
    let free = slot
    for (let at = (slot + 1) & mask; ; at = (at + 1) & mask) {
      const low = keys[at * 2] as number
      if (low === 0 && keys[at * 2 + 1] === 0) break
      const fromHome = (at - (low & mask)) & mask
      if (fromHome < ((at - free) & mask)) continue
      keys[free * 2] = low
      keys[free * 2 + 1] = keys[at * 2 + 1] as number
      times[free * 2] = times[at * 2] as number
      times[free * 2 + 1] = times[at * 2 + 1] as number
      free = at
    }
    keys[free * 2] = 0
    keys[free * 2 + 1] = 0
    this.#size--
  }

  /** Removes the spans that `isGone`; how many. */
  sweep(isGone: (from: number, to: number) => boolean): number {
    const before = this.#size
    const keys = this.#keys
    const times = this.#times
    for (let i = 0; i < keys.length; ) {
      const isUsed = keys[i] !== 0 || keys[i + 1] !== 0
      // What moved up into the slot is looked at next.
      if (isUsed && isGone(times[i] as number, times[i + 1] as number)) this.remove(i / 2)
      else i += 2
    }
    return before - this.#size
  }

  /** At most `count` spans from all over the table. */
  sample(count: number, each: (from: number, to: number) => void): void {
    const step = Math.max(1, Math.floor(this.#size / count))
    for (let slot = 0, seen = 0; slot <= this.#mask; slot++) {
      if (this.#keys[slot * 2] === 0 && this.#keys[slot * 2 + 1] === 0) continue
      if (seen++ % step === 0) each(this.from(slot), this.to(slot))
    }
  }
}
