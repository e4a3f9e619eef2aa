/** Walks JSON bytes strictly: every byte is checked, nothing is built. */
import type { RejectionReason } from '../../events/rejection.ts'

/** Real records are under 20 deep. */
const maxDepth = 64

export const newline = 10
export const carriageReturn = 13
export const quote = 34
export const backslash = 92
export const openBrace = 123
export const closeBrace = 125
export const openBracket = 91
export const closeBracket = 93
export const comma = 44
const colon = 58

/** Thrown by a cursor and caught by its reader, so that no check is needed after each nested call. */
export class Stop {
  readonly status: 'incomplete' | 'failed'
  readonly reason: RejectionReason
  readonly message: string
  constructor(status: 'incomplete' | 'failed', reason: RejectionReason, message: string) {
    this.status = status
    this.reason = reason
    this.message = message
  }
}

export class JsonCursor {
  /** Index of the next byte. */
  position = 0
  protected bytes: Uint8Array = new Uint8Array(0)
  /** Where the record starts, and where the bytes at hand end. */
  protected start = 0
  protected end = 0
  protected depth = 0
  /** All bytes of strings or-ed together: 0x80 and above means that UTF-8 has to be checked. */
  protected highBits = 0

  protected reset(bytes: Uint8Array, start: number, end: number): void {
    this.bytes = bytes
    this.start = start
    this.end = end
    this.position = start
    this.depth = 0
    this.highBits = 0
  }

  protected enter(): void {
    if (++this.depth > maxDepth) throw this.fail('too_deep', `JSON nested deeper than ${maxDepth} levels`)
    this.position++
  }

  protected leave(): void {
    this.position++
    this.depth--
  }

  protected colon(): number {
    if (this.next() !== colon) throw this.fail('malformed_json', 'invalid JSON: expected a colon')
    this.position++
    return this.next()
  }

  /** After a member or element: the first byte of the next one, or `close`. */
  protected separator(close: number): number {
    let byte = this.next()
    if (byte === close) return byte
    if (byte !== comma)
      throw this.fail('malformed_json', 'invalid JSON: expected a comma or a closing bracket')
    this.position++
    byte = this.next()
    if (byte === close) throw this.fail('malformed_json', 'invalid JSON: a comma before a closing bracket')
    return byte
  }

  private cutOff(): Stop {
    return this.fail('truncated', 'a line ends inside a string: the record was cut off')
  }

  protected fail(reason: RejectionReason, what: string): Stop {
    return new Stop('failed', reason, `${what} at byte ${this.position - this.start} of the record`)
  }

  /** The next byte that is not white space; `position` is on it. */
  protected next(): number {
    const bytes = this.bytes
    let at = this.position
    const end = this.end
    while (at < end) {
      const byte = bytes[at] as number
      if (byte !== 32 && byte !== 10 && byte !== 13 && byte !== 9) {
        this.position = at
        return byte
      }
      at++
    }
    this.position = at
    throw new Stop('incomplete', 'truncated', 'the record ends before its JSON is complete')
  }

  /** Passes over a string; says whether it holds escapes. */
  protected string(): boolean {
    const bytes = this.bytes
    const end = this.end
    let at = this.position + 1
    let highBits = 0
    let escaped = false
    while (at < end) {
      const byte = bytes[at] as number
      if (byte === quote) {
        this.position = at + 1
        this.highBits |= highBits
        return escaped
      }
      if (byte < 32) {
        this.position = at
        if (byte === newline || byte === carriageReturn) throw this.cutOff()
        throw this.fail('malformed_json', 'invalid JSON: a raw control character in a string')
      }
      highBits |= byte
      if (byte === backslash) {
        escaped = true
        this.position = at
        at = this.escape(at + 1)
      } else at++
    }
    this.position = end
    throw new Stop('incomplete', 'truncated', 'the record ends inside a string')
  }

  private escape(at: number): number {
    if (at >= this.end) throw new Stop('incomplete', 'truncated', 'the record ends inside a string')
    const byte = this.bytes[at] as number
    if (byte === 117) {
      for (let i = at + 1; i <= at + 4; i++) {
        if (i >= this.end) throw new Stop('incomplete', 'truncated', 'the record ends inside a string')
        if (!isHex(this.bytes[i] as number)) throw this.fail('malformed_json', 'invalid JSON: bad \\u escape')
      }
      return at + 5
    }
    // One of: " \ / b f n r t
    if ('"\\/bfnrt'.includes(String.fromCharCode(byte))) return at + 1
    if (byte === newline || byte === carriageReturn) throw this.cutOff()
    throw this.fail('malformed_json', 'invalid JSON: unknown escape')
  }

  /** Checks a value of any type without building it. */
  protected skip(byte: number): void {
    if (byte === quote) this.string()
    else if (byte === openBrace || byte === openBracket) this.skipContainer(byte)
    else if (byte === 116) this.literal('true')
    else if (byte === 102) this.literal('false')
    else if (byte === 110) this.literal('null')
    else this.number(byte)
  }

  private skipContainer(open: number): void {
    if (++this.depth > maxDepth) throw this.fail('too_deep', `JSON nested deeper than ${maxDepth} levels`)
    const close = open + 2
    this.position++
    let byte = this.next()
    while (byte !== close) {
      if (open === openBrace) {
        if (byte !== quote)
          throw this.fail('malformed_json', 'invalid JSON: expected a key in double quotes or }')
        this.string()
        if (this.next() !== colon) throw this.fail('malformed_json', 'invalid JSON: expected a colon')
        this.position++
        byte = this.next()
      }
      this.skip(byte)
      byte = this.next()
      if (byte === comma) {
        this.position++
        byte = this.next()
        if (byte === close)
          throw this.fail('malformed_json', 'invalid JSON: a comma before a closing bracket')
      } else if (byte !== close)
        throw this.fail('malformed_json', 'invalid JSON: expected a comma or a closing bracket')
    }
    this.position++
    this.depth--
  }

  private literal(word: string): void {
    for (let i = 0; i < word.length; i++) {
      if (this.position + i >= this.end)
        throw new Stop('incomplete', 'truncated', 'the record ends before its JSON is complete')
      if (this.bytes[this.position + i] !== word.charCodeAt(i))
        throw this.fail('malformed_json', 'invalid JSON: expected a value')
    }
    this.position += word.length
  }

  private digits(): number {
    const start = this.position
    while (this.position < this.end && isDigit(this.bytes[this.position] as number)) this.position++
    // A number may go on in bytes that are not here yet, but inside an object something must follow it.
    if (this.position >= this.end)
      throw new Stop('incomplete', 'truncated', 'the record ends before its JSON is complete')
    return this.position - start
  }

  private number(byte: number): void {
    if (byte === 45) this.position++
    const leadingZero = this.bytes[this.position] === 48
    const whole = this.digits()
    if (whole === 0 || (leadingZero && whole > 1))
      throw this.fail('malformed_json', 'invalid JSON: expected a value')
    if (this.bytes[this.position] === 46) {
      this.position++
      if (this.digits() === 0) throw this.fail('malformed_json', 'invalid JSON: a number without decimals')
    }
    if (((this.bytes[this.position] as number) | 0x20) === 101) {
      this.position++
      const sign = this.bytes[this.position]
      if (sign === 43 || sign === 45) this.position++
      if (this.digits() === 0) throw this.fail('malformed_json', 'invalid JSON: a number without exponent')
    }
  }
}

function isDigit(byte: number): boolean {
  return byte >= 48 && byte <= 57
}

function isHex(byte: number): boolean {
  const folded = byte | 0x20
  return isDigit(byte) || (folded >= 97 && folded <= 102)
}
