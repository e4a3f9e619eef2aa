/** Hashes of texts by their bytes: going through a text that is a part of another one costs V8 several times as much. */

const encoder = new TextEncoder()

export class TextHash {
  /** 64 bits of the last text as two unsigned words, never both 0: 10 million texts collide with a probability of about 3 in a million. */
  low = 0
  high = 0
  /** Its bytes in words, the last one filled up with zeros; halves of characters are not told apart in them. */
  words = new Int32Array(256)
  wordCount = 0
  #bytes = new Uint8Array(this.words.buffer)

  /**
   * Two multiplicative hashes in one pass, mixed at the end. Allocates nothing.
   * @param seed any 32 bits: the same text has another hash for another seed
   */
  of(text: string, seed = 0): void {
    // A unit of UTF-16 takes at most three bytes.
    if ((text.length + 2) * 3 > this.#bytes.length) {
      this.words = new Int32Array(text.length + 2)
      this.#bytes = new Uint8Array(this.words.buffer)
    }
    const bytes = this.#bytes
    const length = encoder.encodeInto(text, bytes).written
    for (let at = length; at < length + 4; at++) bytes[at] = 0
    const words = this.words
    const count = (length + 3) >> 2
    let a = 0x9e3779b9 ^ length ^ seed
    let b = 0x41c6ce57 + seed
    for (let i = 0; i < count; i++) {
      const word = words[i] as number
      a = Math.imul(((a << 5) | (a >>> 27)) ^ word, 0x9e3779b1)
      b = Math.imul(((b << 7) | (b >>> 25)) ^ word, 0x5f356495)
    }
    a = Math.imul(a ^ (a >>> 16), 0x85ebca6b) ^ Math.imul(b ^ (b >>> 13), 0xc2b2ae35)
    b = Math.imul(b ^ (b >>> 16), 0x85ebca6b) ^ Math.imul(a ^ (a >>> 13), 0xc2b2ae35)
    this.wordCount = count
    this.low = a >>> 0
    this.high = a === 0 && b === 0 ? 1 : b >>> 0
  }
}
