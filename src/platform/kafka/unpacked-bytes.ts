/** Output of a decompressor of the LZ77 family: grows with what is written and never beyond its limit. */

/** Why compressed bytes gave nothing: broken, or larger than is allowed once they are unpacked. */
export class UnpackError extends Error {
  readonly reason: 'decompression_failed' | 'decompression_limit'

  constructor(reason: UnpackError['reason'], message: string) {
    super(message)
    this.reason = reason
  }
}

export function broken(format: string, what: string): UnpackError {
  return new UnpackError('decompression_failed', `the ${format} data is broken: ${what}`)
}

export function tooLarge(maxBytes: number): UnpackError {
  return new UnpackError('decompression_limit', `the batch unpacks to more than ${maxBytes} bytes`)
}

export class UnpackedBytes {
  #bytes: Buffer
  #length = 0
  readonly #maxBytes: number

  constructor(expectedBytes: number, maxBytes: number) {
    this.#maxBytes = maxBytes
    this.#bytes = Buffer.allocUnsafe(Math.min(Math.max(expectedBytes, 64), maxBytes))
  }

  get length(): number {
    return this.#length
  }

  /** All that was written so far. */
  get bytes(): Buffer {
    return this.#bytes.subarray(0, this.#length)
  }

  append(source: Uint8Array, start: number, end: number): void {
    this.#reserve(end - start)
    this.#bytes.set(source.subarray(start, end), this.#length)
    this.#length += end - start
  }

  /** Writes `count` bytes again that begin `distance` bytes back; the two may overlap. False: that is before the start. */
  repeat(distance: number, count: number): boolean {
    if (distance <= 0 || distance > this.#length) return false
    this.#reserve(count)
    const from = this.#length - distance
    // What was just copied can be copied on: each turn doubles it.
    for (let copied = 0; copied < count; ) {
      const size = Math.min(count - copied, distance + copied)
      this.#bytes.copyWithin(this.#length + copied, from, from + size)
      copied += size
    }
    this.#length += count
    return true
  }

  #reserve(count: number): void {
    const needed = this.#length + count
    if (needed <= this.#bytes.length) return
    if (needed > this.#maxBytes) throw tooLarge(this.#maxBytes)
    const larger = Buffer.allocUnsafe(Math.min(Math.max(needed, this.#bytes.length * 2), this.#maxBytes))
    this.#bytes.copy(larger, 0, 0, this.#length)
    this.#bytes = larger
  }
}
