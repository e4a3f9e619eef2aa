/** Passes over the rest of a broken, oversized or finished JSON value in a stream, keeping only a few flags. */
import {
  backslash,
  closeBrace,
  closeBracket,
  comma,
  newline,
  openBrace,
  openBracket,
  quote,
} from './json-cursor.ts'

/** What is passed over. */
export interface Skipped {
  /** Brackets that are open already; 0 for an element that ends before the next comma, bracket or line. */
  readonly depth: number
  /**
   * A `{` that stands first on its line, in this column or further left, is the next record: the value that is
   * passed over may have been cut off and would then never close.
   */
  readonly column: number
  /** What a `]` means while one bracket is open: the end of the array around the value, of the value, or a mistake. */
  readonly bracket: 'outer' | 'own' | 'mistake'
}

export class Skipper {
  #value: Skipped = { depth: 0, column: 0, bracket: 'own' }
  #depth = 0
  #inString = false
  #escaped = false
  #column = -1

  begin(value: Skipped): void {
    this.#value = value
    this.#depth = value.depth
    this.#inString = false
    this.#column = -1
  }

  /** Column of the byte at which `skip` has stopped; -1 where more than white space stands before it on its line. */
  get column(): number {
    return this.#column
  }

  /** The index at which reading goes on, or -1 when the value goes on beyond `end`. */
  skip(bytes: Uint8Array, from: number, end: number): number {
    for (let at = from; at < end; at++) {
      const byte = bytes[at] as number
      if (byte === newline) {
        // It cannot stand inside a string: the string was cut off.
        this.#inString = false
        this.#column = 0
        if (this.#depth === 0) return at
      } else if (this.#inString) {
        if (this.#escaped) this.#escaped = false
        else if (byte === backslash) this.#escaped = true
        else if (byte === quote) this.#inString = false
      } else if (this.#column >= 0 && (byte === 32 || byte === 9 || byte === 13)) this.#column++
      else {
        const isNext = byte === openBrace && this.#column >= 0 && this.#column <= this.#value.column
        const stop = isNext ? at : this.#token(byte, at)
        if (stop >= 0) return stop
      }
    }
    return -1
  }

  #token(byte: number, at: number): number {
    this.#column = -1
    if (byte === quote) {
      this.#inString = true
      this.#escaped = false
    } else if (byte === openBrace || byte === openBracket) this.#depth++
    else if (byte === comma) return this.#depth === 0 ? at : -1
    else if (byte === closeBrace || byte === closeBracket) {
      if (this.#depth === 0) return at
      const { bracket } = this.#value
      if (this.#depth === 1 && byte === closeBracket && bracket !== 'own')
        return bracket === 'outer' ? at : -1
      if (--this.#depth === 0) return at + 1
    }
    return -1
  }
}
