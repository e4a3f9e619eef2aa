import { gzipSync, zstdCompressSync } from 'node:zlib'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { codecOf, unpackers } from '../../../src/platform/kafka/codecs.ts'
import { unpackLz4 } from '../../../src/platform/kafka/lz4.ts'
import { unpackSnappy } from '../../../src/platform/kafka/snappy.ts'
import { UnpackError } from '../../../src/platform/kafka/unpacked-bytes.ts'
import { standIns, unreadableReason } from '../../../src/platform/kafka/unreadable-batch.ts'

/** A text as a compressor sees it: bytes as they are, and copies of what came before. */
type Step = { readonly literal: Uint8Array; readonly back: number; readonly count: number }

const steps = fc.array(
  fc.record({
    literal: fc.uint8Array({ minLength: 1, maxLength: 400 }),
    back: fc.nat(),
    count: fc.integer({ min: 4, max: 700 }),
  }),
  { minLength: 1, maxLength: 20 },
)

function expand(text: readonly Step[]): { readonly bytes: Buffer; readonly distances: readonly number[] } {
  const out: number[] = []
  const distances: number[] = []
  for (const { literal, back, count } of text) {
    out.push(...literal)
    const distance = 1 + (back % Math.min(out.length, 65_535))
    distances.push(distance)
    for (let i = 0; i < count; i++) out.push(out[out.length - distance] ?? 0)
  }
  return { bytes: Buffer.from(out), distances }
}

function varint(value: number): number[] {
  const bytes: number[] = []
  let rest = value
  for (; rest >= 128; rest >>>= 7) bytes.push((rest & 127) | 128)
  return [...bytes, rest]
}

function snappy(text: readonly Step[]): Buffer {
  const { bytes, distances } = expand(text)
  const out = varint(bytes.length)
  for (const [index, { literal, count }] of text.entries()) {
    const distance = distances[index] ?? 1
    const length = literal.length - 1
    if (length < 60) out.push(length << 2)
    else if (length < 256) out.push(60 << 2, length)
    else out.push(61 << 2, length & 255, length >>> 8)
    out.push(...literal)
    for (let left = count; left > 0; ) {
      const size = Math.min(left, 64)
      if (size >= 4 && size < 12 && distance < 2048)
        out.push(1 | ((size - 4) << 2) | ((distance >>> 8) << 5), distance & 255)
      else if (distance % 2 === 0) out.push(3 | ((size - 1) << 2), distance & 255, distance >>> 8, 0, 0)
      else out.push(2 | ((size - 1) << 2), distance & 255, distance >>> 8)
      left -= size
    }
  }
  return Buffer.from(out)
}

function framed(blocks: readonly Buffer[]): Buffer {
  const header = Buffer.from([0x82, ...Buffer.from('SNAPPY'), 0, 0, 0, 0, 1, 0, 0, 0, 1])
  const sized = blocks.flatMap((block) => {
    const size = Buffer.alloc(4)
    size.writeUInt32BE(block.length)
    return [size, block]
  })
  return Buffer.concat([header, ...sized])
}

function lz4Length(length: number): number[] {
  const bytes: number[] = []
  let rest = length - 15
  for (; rest >= 255; rest -= 255) bytes.push(255)
  return length < 15 ? [] : [...bytes, rest]
}

function lz4Block(text: readonly Step[]): Buffer {
  const { distances } = expand(text)
  const out: number[] = []
  for (const [index, { literal, count }] of text.entries()) {
    const distance = distances[index] ?? 1
    const match = count - 4
    out.push(
      (Math.min(literal.length, 15) << 4) | Math.min(match, 15),
      ...lz4Length(literal.length),
      ...literal,
    )
    out.push(distance & 255, distance >>> 8, ...lz4Length(match))
  }
  // The last sequence has literals only.
  return Buffer.from([...out, 0])
}

function lz4Frame(blocks: readonly Buffer[], flags = 0x60, stored: readonly number[] = []): Buffer {
  const word = (value: number): Buffer => {
    const bytes = Buffer.alloc(4)
    bytes.writeUInt32LE(value >>> 0)
    return bytes
  }
  const [blockSum, size, sum] = [flags & 16, flags & 8, flags & 4]
  const parts: Buffer[] = [
    Buffer.from([4, 0x22, 0x4d, 0x18, flags, 0x40]),
    Buffer.alloc(size ? 8 : 0),
    Buffer.from([0]),
  ]
  for (const [index, block] of blocks.entries()) {
    parts.push(word(block.length + (stored.includes(index) ? 0x80000000 : 0)), block)
    if (blockSum) parts.push(Buffer.alloc(4))
  }
  return Buffer.concat([...parts, word(0), Buffer.alloc(sum ? 4 : 0)])
}

const limit = 1_000_000

function reasonOf(work: () => unknown): string {
  try {
    work()
    return 'none'
  } catch (error) {
    if (!(error instanceof UnpackError)) throw error
    return error.reason
  }
}

describe('snappy', () => {
  it('is unpacked, raw and framed', () => {
    fc.assert(
      fc.property(steps, steps, (first, second) => {
        expect(unpackSnappy(snappy(first), limit)).toEqual(expand(first).bytes)
        const both = Buffer.concat([expand(first).bytes, expand(second).bytes])
        expect(unpackSnappy(framed([snappy(first), snappy(second)]), limit)).toEqual(both)
      }),
    )
  })

  it('is refused beyond the limit, before it is unpacked', () => {
    const bomb = Buffer.from([...varint(2 ** 31 - 1), 0, 65])
    expect(reasonOf(() => unpackSnappy(bomb, limit))).toBe('decompression_limit')
    const text = snappy([{ literal: Buffer.from('abc'), back: 0, count: 600 }])
    expect(reasonOf(() => unpackSnappy(framed([text, text]), 1205))).toBe('decompression_limit')
    expect(reasonOf(() => unpackSnappy(framed([text, text]), 1206))).toBe('none')
  })
})

describe('LZ4', () => {
  it('is unpacked, with linked blocks, stored blocks, checksums and several frames', () => {
    fc.assert(
      fc.property(steps, fc.constantFrom(0x40, 0x60, 0x70, 0x68, 0x64, 0x7c), (text, flags) => {
        const { bytes } = expand(text)
        const stored = Buffer.from('stored as it is')
        const frame = lz4Frame([lz4Block(text), stored], flags, [1])
        expect(unpackLz4(frame, limit)).toEqual(Buffer.concat([bytes, stored]))
        const twice = unpackLz4(Buffer.concat([frame, frame]), limit)
        expect(twice).toEqual(Buffer.concat([bytes, stored, bytes, stored]))
      }),
    )
  })

  it('copies from the block before', () => {
    const first = lz4Block([{ literal: Buffer.from('abcdefgh'), back: 7, count: 8 }])
    const second = Buffer.from([0x04, 16, 0, 0x10, 0x21])
    expect(unpackLz4(lz4Frame([first, second], 0x40), limit).toString()).toBe('abcdefghabcdefghabcdefgh!')
  })

  it('is refused beyond the limit', () => {
    const bomb = Buffer.concat([Buffer.from([0x1f, 65, 1, 0]), Buffer.alloc(5000, 255), Buffer.from([0, 0])])
    expect(reasonOf(() => unpackLz4(lz4Frame([bomb]), limit))).toBe('decompression_limit')
    expect(unpackLz4(lz4Frame([bomb]), 2_000_000)).toHaveLength(1 + 15 + 5000 * 255 + 4)
  })
})

it.each(['gzip', 'snappy', 'lz4', 'zstd'] as const)(
  '%s that is cut off or changed is an error or other bytes, never more',
  async (name) => {
    const text = [{ literal: Buffer.from('{"id":"a"}'), back: 9, count: 500 }]
    const whole = { gzip: gzipSync, zstd: zstdCompressSync, snappy, lz4: () => lz4Frame([lz4Block(text)]) }
    const packed =
      name === 'snappy' ? snappy(text) : name === 'lz4' ? whole.lz4() : whole[name](expand(text).bytes)
    const changes = fc.array(fc.tuple(fc.nat({ max: packed.length - 1 }), fc.nat({ max: 255 })), {
      maxLength: 4,
    })
    await fc.assert(
      fc.asyncProperty(changes, fc.nat({ max: packed.length }), async (bytes, length) => {
        const hostile = Buffer.from(packed)
        for (const [at, value] of bytes) hostile[at] = value
        try {
          const unpacked = await unpackers[name](hostile.subarray(0, length), 2000)
          expect(unpacked.length).toBeLessThanOrEqual(2000)
        } catch (error) {
          expect(error).toBeInstanceOf(UnpackError)
        }
      }),
      { numRuns: 300 },
    )
  },
)

it.each(['gzip', 'zstd'] as const)('%s is unpacked up to the limit', async (name) => {
  const bytes = Buffer.alloc(10_000, 'a')
  const packed = name === 'gzip' ? gzipSync(bytes) : zstdCompressSync(bytes)
  expect(await unpackers[name](packed, 10_000)).toEqual(bytes)
  await expect(unpackers[name](packed, 9999)).rejects.toMatchObject({ reason: 'decompression_limit' })
})

describe('a batch that cannot be unpacked', () => {
  /** A batch of 3 records whose last offset is 7 behind its first, as it lies in a fetched buffer. */
  function batch(packed: Buffer): Buffer {
    const header = Buffer.alloc(61)
    header.writeInt32BE(49 + packed.length, 8)
    header.writeInt8(2, 16)
    header.writeInt32BE(7, 23)
    header.writeInt32BE(3, 57)
    return Buffer.concat([Buffer.alloc(100), header, packed]).subarray(161)
  }

  const broken = Buffer.from('not compressed')

  it('is replaced by as many records at its offsets, each marked', async () => {
    const records = await codecOf(unpackers.lz4).decompress(batch(broken))
    const offsets: number[] = []
    for (let at = 0; at < records.length; ) {
      const sizeBytes = (records[at] ?? 0) < 128 ? 1 : 2
      const size = ((records[at] ?? 0) & 127) / 2 + (sizeBytes === 2 ? (records[at + 1] ?? 0) * 64 : 0)
      const record = records.subarray(at + sizeBytes, at + sizeBytes + size)
      // Attributes, time, offset, no key, no value, one header.
      expect([record[0], record[1], record[3], record[4], record[5]]).toEqual([0, 0, 1, 1, 2])
      offsets.push((record[2] ?? 0) / 2)
      at += sizeBytes + size
    }
    expect(offsets).toEqual([0, 1, 7])
  })

  it('stays an error where no header of a batch stands before it', async () => {
    await expect(codecOf(unpackers.lz4).decompress(broken)).rejects.toThrow('lz4 data is broken')
    const whole = batch(broken)
    for (const [at, value] of [
      [16, 1],
      [8, 0],
      [57, 127],
    ] as const) {
      const wrong = Buffer.from(whole.buffer.slice(whole.byteOffset - 61))
      wrong[at] = value
      const shifted = Buffer.concat([Buffer.alloc(61), wrong])
      expect(standIns(shifted.subarray(122), 'decompression_failed')).toBeUndefined()
    }
  })

  it('is told by a header that nobody else can write', () => {
    expect(unreadableReason({ 'unreadable-': Buffer.from('decompression_limit') })).toBeUndefined()
    expect(unreadableReason(undefined)).toBeUndefined()
  })
})
