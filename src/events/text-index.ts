/** Numbers texts in the order in which they come, and finds the numbers of those that come again. */
import { TextHash } from './text-hash.ts'

export class TextIndex {
  readonly #hash = new TextHash()
  /** Open addressing: number + 1, so that 0 is free. The length is a power of two. */
  #slots = new Int32Array(64)
  #size = 0
  #hashes = new Int32Array(32)
  /** The words of all texts one after the other, and where those of each begin. */
  #words = new Int32Array(512)
  #starts = new Int32Array(33)

  /** From 0; the text is added if it is new. Texts that differ in halves of characters only are the same. */
  numberOf(text: string): number {
    const hash = this.#hash
    hash.of(text)
    const low = hash.low | 0
    const slots = this.#slots
    const mask = slots.length - 1
    let slot = low & mask
    for (; slots[slot] !== 0; slot = (slot + 1) & mask) {
      const number = (slots[slot] as number) - 1
      if (this.#hashes[number] === low && this.#isHashed(number)) return number
    }
    slots[slot] = this.#size + 1
    return this.#add(low)
  }

  #isHashed(number: number): boolean {
    const { words, wordCount } = this.#hash
    const start = this.#starts[number] as number
    if ((this.#starts[number + 1] as number) - start !== wordCount) return false
    for (let i = 0; i < wordCount; i++) if (this.#words[start + i] !== words[i]) return false
    return true
  }

  #add(low: number): number {
    const { words, wordCount } = this.#hash
    const number = this.#size++
    const start = this.#starts[number] as number
    this.#words = withRoom(this.#words, start + wordCount)
    this.#starts = withRoom(this.#starts, number + 2)
    this.#hashes = withRoom(this.#hashes, number + 1)
    this.#words.set(words.subarray(0, wordCount), start)
    this.#starts[number + 1] = start + wordCount
    this.#hashes[number] = low
    if (this.#size * 2 > this.#slots.length) this.#grow()
    return number
  }

  #grow(): void {
    const slots = new Int32Array(this.#slots.length * 2)
    const mask = slots.length - 1
    for (let number = 0; number < this.#size; number++) {
      let slot = (this.#hashes[number] as number) & mask
      while (slots[slot] !== 0) slot = (slot + 1) & mask
      slots[slot] = number + 1
    }
    this.#slots = slots
  }

  clear(): void {
    this.#slots.fill(0)
    this.#size = 0
  }
}

function withRoom(array: Int32Array<ArrayBuffer>, length: number): Int32Array<ArrayBuffer> {
  if (length <= array.length) return array
  const larger = new Int32Array(Math.max(length, array.length * 2))
  larger.set(array)
  return larger
}
