/** Passes over the rest of a broken, oversized or finished JSON value in a stream, keeping only a few flags. */
import {
  backslash,
  carriageReturn,
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
      if (this.#inString) at = this.#stringEnd(bytes, at, end)
      const stop = at < end ? this.#token(bytes[at] as number, at) : -1
      if (stop >= 0) return stop
    }
    return -1
  }

  /** Index of the closing quote, or of a newline: it cannot stand inside a string, so that the string was cut off. */
  #stringEnd(bytes: Uint8Array, from: number, end: number): number {
    let escaped = this.#escaped
    for (let at = from; at < end; at++) {
      const byte = bytes[at]
      if (byte === newline) return at
      if (escaped) escaped = false
      else if (byte === quote) return at
      else escaped = byte === backslash
    }
    this.#escaped = escaped
    return end
  }

  #token(byte: number, at: number): number {
    if (byte === newline) {
      this.#inString = false
      this.#column = 0
      return this.#depth === 0 ? at : -1
    }
    if (this.#column >= 0 && (byte === 32 || byte === 9 || byte === carriageReturn)) {
      this.#column++
      return -1
    }
    if (byte === openBrace && this.#column >= 0 && this.#column <= this.#value.column) return at
    this.#column = -1
    if (byte === quote) {
      this.#inString = !this.#inString
      this.#escaped = false
    } else if (byte === openBrace || byte === openBracket) this.#depth++
    else if (byte === comma) return this.#depth === 0 ? at : -1
    else if (byte === closeBrace || byte === closeBracket) return this.#close(byte, at)
    return -1
  }

  #close(byte: number, at: number): number {
    if (this.#depth === 0) return at
    const { bracket } = this.#value
    if (this.#depth === 1 && byte === closeBracket && bracket !== 'own') return bracket === 'outer' ? at : -1
    return --this.#depth === 0 ? at + 1 : -1
  }
}
