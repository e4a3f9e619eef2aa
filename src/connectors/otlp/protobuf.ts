/** A cursor over the wire format of protobuf: reads what is asked for and steps over the rest. Makes no objects. */

/** The bytes are no message: cut off, or wire types and lengths that cannot be. */
export class Malformed extends Error {}

const groupStart = 3
const groupEnd = 4
/** Groups are long deprecated; what nests deeper was written to hurt. */
const maxGroups = 32

export class ProtobufCursor {
  readonly bytes: Uint8Array
  readonly #view: DataView
  at = 0
  /** Field number and wire type of the last tag, as they stand on the wire: `field << 3 | wire`. */
  tag = 0
  /** The last varint or fixed64 as two unsigned words: 64 bits do not fit in a number. */
  low = 0
  high = 0

  constructor(bytes: Uint8Array) {
    this.bytes = bytes
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  }

  /** Moves to the next field before `end`; false at the end. */
  next(end: number): boolean {
    if (this.at >= end) {
      if (this.at > end) throw new Malformed('a field ends behind its message')
      return false
    }
    const byte = this.bytes[this.at] as number
    if (byte < 0x80) {
      this.at++
      this.tag = byte
    } else {
      this.varint(end)
      if (this.high !== 0) throw new Malformed('a tag is larger than 32 bits')
      this.tag = this.low
    }
    if (this.tag >>> 3 === 0) throw new Malformed('a field has number 0')
    return true
  }

  /** Into `low` and `high`. */
  varint(end: number): void {
    const { bytes } = this
    let at = this.at
    let low = 0
    let high = 0
    for (let shift = 0; ; shift += 7) {
      if (at >= end) throw new Malformed('a varint is cut off')
      const byte = bytes[at++] as number
      const bits = byte & 0x7f
      if (shift < 28) low |= bits << shift
      else if (shift === 28) {
        low |= bits << 28
        high = bits >>> 4
      } else if (shift < 63) high |= bits << (shift - 32)
      else if (shift > 63) throw new Malformed('a varint is longer than ten bytes')
      else high |= bits << 31
      if (byte < 0x80) break
    }
    this.at = at
    this.low = low >>> 0
    this.high = high >>> 0
  }

  /** A varint of at most 32 bits; higher bits are cut off, as the format says. */
  word(end: number): number {
    this.varint(end)
    return this.low
  }

  /** Into `low` and `high`. */
  fixed64(end: number): void {
    if (this.at + 8 > end) throw new Malformed('a fixed64 is cut off')
    this.low = this.#view.getUint32(this.at, true)
    this.high = this.#view.getUint32(this.at + 4, true)
    this.at += 8
  }

  double(end: number): number {
    if (this.at + 8 > end) throw new Malformed('a double is cut off')
    const value = this.#view.getFloat64(this.at, true)
    this.at += 8
    return value
  }

  /** Where the text, bytes or message ends that starts at `at` now. */
  length(end: number): number {
    const byte = this.bytes[this.at] as number
    if (this.at < end && byte < 0x80) {
      this.at++
      this.low = byte
      this.high = 0
    } else this.varint(end)
    const stop = this.at + this.low
    if (this.high !== 0 || stop > end) throw new Malformed('a length reaches behind its message')
    return stop
  }

  text(end: number): string {
    const stop = this.length(end)
    const text = textOf(this.bytes, this.at, stop)
    this.at = stop
    return text
  }

  /** Steps over the value whose tag was just read. */
  skip(end: number, groups = 0): void {
    const wire = this.tag & 7
    if (wire === 2) this.at = this.length(end)
    else if (wire === 0) this.varint(end)
    else if (wire === 1) this.at += 8
    else if (wire === 5) this.at += 4
    else if (wire === groupStart && groups < maxGroups) this.#skipGroup(end, groups + 1)
    else throw new Malformed('a wire type that does not exist')
    if (this.at > end) throw new Malformed('a field ends behind its message')
  }

  #skipGroup(end: number, groups: number): void {
    const field = this.tag >>> 3
    while (this.next(end)) {
      if ((this.tag & 7) === groupEnd) {
        if (this.tag >>> 3 !== field) throw new Malformed('a group ends as another one')
        return
      }
      this.skip(end, groups)
    }
    throw new Malformed('a group has no end')
  }
}

/** UTF-8; bytes that are none become U+FFFD. A copy: it keeps no buffer alive. */
export function textOf(bytes: Uint8Array, from: number, to: number): string {
  return Buffer.prototype.utf8Slice.call(bytes, from, to)
}

/** Each byte as one character: to compare and to hash. */
export function latin1Of(bytes: Uint8Array, from: number, to: number): string {
  return Buffer.prototype.latin1Slice.call(bytes, from, to)
}

export function hexOf(bytes: Uint8Array, from: number, to: number): string {
  return Buffer.prototype.hexSlice.call(bytes, from, to)
}
