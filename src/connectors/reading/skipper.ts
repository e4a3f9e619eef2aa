/** Passes over the rest of a broken, oversized or finished JSON value in a stream, keeping only a few flags. */
import { backslash, closeBrace, closeBracket, openBrace, openBracket, quote } from './json-cursor.ts'

const newline = 10

export class Skipper {
  #depth = 0
  #inString = false
  #escaped = false
  #stopsAtLineStart = false

  /**
   * `depth`: brackets already open. `stopsAtLineStart`: a `{` in the first column is the next record, because the
   * value being passed over may have been cut off and would then never close.
   */
  begin(depth: number, stopsAtLineStart: boolean): void {
    this.#depth = depth
    this.#inString = false
    this.#escaped = false
    this.#stopsAtLineStart = stopsAtLineStart
  }

  /** The index after the value's last byte, or -1 when it goes on beyond `end`. */
  skip(bytes: Uint8Array, from: number, end: number): number {
    for (let at = from; at < end; at++) {
      const byte = bytes[at] as number
      if (this.#inString) {
        if (this.#escaped) this.#escaped = false
        else if (byte === backslash) this.#escaped = true
        // A raw newline cannot be inside a string: the string was cut off.
        else if (byte === quote || byte === newline) this.#inString = false
      } else if (byte === quote) this.#inString = true
      else if (byte === openBrace || byte === openBracket) {
        if (this.#stopsAtLineStart && at > from && bytes[at - 1] === newline && byte === openBrace) return at
        this.#depth++
      } else if (byte === closeBrace || byte === closeBracket) {
        if (--this.#depth <= 0) return at + 1
      }
    }
    return -1
  }
}
