/** Random choices that a seed decides: the same seed makes the same records, deliveries and kills. */

export class Random {
  #state: number

  constructor(seed: number) {
    this.#state = seed >>> 0
  }

  /** 32 bits; the mulberry32 generator. */
  #bits(): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), this.#state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return (mixed ^ (mixed >>> 14)) >>> 0
  }

  /** From 0 up to 1, which is left out. */
  next(): number {
    return this.#bits() / 2 ** 32
  }

  /** A whole number from 0 up to `end`, which is left out. */
  below(end: number): number {
    return Math.floor(this.next() * end)
  }

  chance(probability: number): boolean {
    return this.next() < probability
  }

  pick<const T extends readonly [unknown, ...unknown[]]>(values: T): T[number] {
    return values[this.below(values.length)] ?? values[0]
  }

  /** The same values in another order. */
  shuffled<T>(values: readonly T[]): T[] {
    const places = values.map((value) => ({ value, place: this.next() }))
    return places.sort((a, b) => a.place - b.place).map(({ value }) => value)
  }

  hex(digits: number): string {
    let text = ''
    while (text.length < digits) text += this.#bits().toString(16).padStart(8, '0')
    return text.slice(0, digits)
  }

  uuid(): string {
    return `${this.hex(8)}-${this.hex(4)}-4${this.hex(3)}-a${this.hex(3)}-${this.hex(12)}`
  }

  /** A generator of its own, so that more choices in one place change none in another. */
  fork(): Random {
    return new Random(this.#bits())
  }
}
