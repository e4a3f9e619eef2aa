/** A hash table of spans of time, 24 bytes a slot in one block of memory: a key may have several. */

const initialSlots = 16
/** Slots in use before the table grows, and how much it grows. */
const fullShare = 0.75
const growth = 1.5
/** Of a slot: two words of the key, both 0 where it is free; from and to, epoch ms. */
const slotBytes = 24
const wordsPerSlot = slotBytes / 4
const numbersPerSlot = slotBytes / 8
const firstTime = 1

export class SpanTable {
  #slots = 0
  #size = 0
  /** Two views of the same memory. */
  #words = new Uint32Array(0)
  #numbers = new Float64Array(0)

  constructor() {
    this.#allocate(initialSlots)
  }

  #allocate(slots: number): void {
    const memory = new ArrayBuffer(slots * slotBytes)
    this.#slots = slots
    this.#words = new Uint32Array(memory)
    this.#numbers = new Float64Array(memory)
  }

  get size(): number {
    return this.#size
  }

  get bytes(): number {
    return this.#words.byteLength
  }

  from(slot: number): number {
    return this.#numbers[slot * numbersPerSlot + firstTime] as number
  }

  to(slot: number): number {
    return this.#numbers[slot * numbersPerSlot + firstTime + 1] as number
  }

  set(slot: number, from: number, to: number): void {
    this.#numbers[slot * numbersPerSlot + firstTime] = from
    this.#numbers[slot * numbersPerSlot + firstTime + 1] = to
  }

  /** The first slot of the key; -1 without one. Slots move when something is added or removed. */
  first(low: number, high: number): number {
    return this.#find(this.#homeOf(low), low, high)
  }

  /** The key's next slot after `slot`; -1 after the last. */
  next(slot: number, low: number, high: number): number {
    return this.#find(this.#after(slot), low, high)
  }

  #homeOf(low: number): number {
    return Math.floor((low / 2 ** 32) * this.#slots)
  }

  #after(slot: number): number {
    return slot + 1 === this.#slots ? 0 : slot + 1
  }

  #find(start: number, low: number, high: number): number {
    const words = this.#words
    for (let slot = start; ; slot = this.#after(slot)) {
      const seenLow = words[slot * wordsPerSlot] as number
      const seenHigh = words[slot * wordsPerSlot + 1] as number
      if (seenLow === low && seenHigh === high) return slot
      if (seenLow === 0 && seenHigh === 0) return -1
    }
  }

  /** Adds one more span of the key and gives its slot. The two words are never both 0. */
  add(low: number, high: number, from: number, to: number): number {
    if (this.#size >= this.#slots * fullShare) this.#grow()
    this.#size++
    return this.#put(low, high, from, to)
  }

  #put(low: number, high: number, from: number, to: number): number {
    const words = this.#words
    let slot = this.#homeOf(low)
    while (words[slot * wordsPerSlot] !== 0 || words[slot * wordsPerSlot + 1] !== 0) slot = this.#after(slot)
    words[slot * wordsPerSlot] = low
    words[slot * wordsPerSlot + 1] = high
    this.set(slot, from, to)
    return slot
  }

  #grow(): void {
    const words = this.#words
    const numbers = this.#numbers
    const slots = this.#slots
    const memory = words.buffer
    this.#allocate(Math.ceil(slots * growth))
    for (let slot = 0; slot < slots; slot++) {
      const low = words[slot * wordsPerSlot] as number
      const high = words[slot * wordsPerSlot + 1] as number
      if (low === 0 && high === 0) continue
      const at = slot * numbersPerSlot + firstTime
      this.#put(low, high, numbers[at] as number, numbers[at + 1] as number)
    }
    // Free at once: a table grows many times, and the collector would let the old memory pile up.
    memory.transfer(0)
  }

  /** What follows moves up where it may, so that no search ends too early. */
  remove(slot: number): void {
    const words = this.#words
    let free = slot
    for (let at = this.#after(slot); this.#isUsed(at); at = this.#after(at)) {
      const home = this.#homeOf(words[at * wordsPerSlot] as number)
      if (this.#distance(home, at) < this.#distance(free, at)) continue
      this.#numbers.copyWithin(free * numbersPerSlot, at * numbersPerSlot, (at + 1) * numbersPerSlot)
      free = at
    }
    words[free * wordsPerSlot] = 0
    words[free * wordsPerSlot + 1] = 0
    this.#size--
  }

  #isUsed(slot: number): boolean {
    return this.#words[slot * wordsPerSlot] !== 0 || this.#words[slot * wordsPerSlot + 1] !== 0
  }

  /** Steps from one slot to another, around the end. */
  #distance(from: number, to: number): number {
    return to >= from ? to - from : to - from + this.#slots
  }

  /** Removes the spans that `isGone`; how many. */
  sweep(isGone: (from: number, to: number) => boolean): number {
    const before = this.#size
    for (let slot = 0; slot < this.#slots; ) {
      // What moved up into the slot is looked at next.
      if (this.#isUsed(slot) && isGone(this.from(slot), this.to(slot))) this.remove(slot)
      else slot++
    }
    return before - this.#size
  }

  each(use: (from: number, to: number) => void): void {
    for (let slot = 0; slot < this.#slots; slot++) if (this.#isUsed(slot)) use(this.from(slot), this.to(slot))
  }
}
