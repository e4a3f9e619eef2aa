import { gzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { inflate } from '../../src/platform/inflate.ts'

const limit = 1000
const text = Buffer.from('{"id":1}\n'.repeat(50))

describe('a payload', () => {
  it('of gzip is unpacked, all its members', () => {
    expect(inflate(gzipSync(text), limit)).toEqual(text)
    expect(inflate(Buffer.concat([gzipSync(text), gzipSync(text)]), limit)).toEqual(
      Buffer.concat([text, text]),
    )
    expect(inflate(gzipSync(''), limit)).toHaveLength(0)
  })

  it('of anything else is given back as it is', () => {
    for (const bytes of [text, new Uint8Array(0), Uint8Array.of(0x1f), Uint8Array.of(1, 2, 3)])
      expect(inflate(bytes, limit)).toBe(bytes)
  })

  it('that is larger than allowed is refused before it is unpacked, to the byte', () => {
    expect(inflate(gzipSync(Buffer.alloc(limit)), limit)).toHaveLength(limit)
    expect(inflate(gzipSync(Buffer.alloc(limit + 1)), limit)).toBeUndefined()
    expect(inflate(gzipSync(Buffer.alloc(50_000_000)), limit)).toBeUndefined()
    expect(inflate(Buffer.alloc(limit), limit)).toHaveLength(limit)
    expect(inflate(Buffer.alloc(limit + 1), limit)).toBeUndefined()
  })

  it('that is broken is refused', () => {
    const packed = gzipSync(text)
    const damaged = Buffer.from(packed)
    damaged[20] = (damaged[20] ?? 0) ^ 0xff
    for (const bytes of [
      damaged,
      packed.subarray(0, 30),
      Buffer.concat([packed, Buffer.from('junk')]),
      Uint8Array.of(0x1f, 0x8b),
    ])
      expect(inflate(bytes, limit)).toBeUndefined()
  })
})
