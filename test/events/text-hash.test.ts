import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { TextHash } from '../../src/events/text-hash.ts'

/** Of any code units, also of halves of characters. */
const anyText = fc.array(fc.nat(0xffff)).map((units) => String.fromCharCode(...units))

const hash = new TextHash()

function hashOf(text: string): readonly [low: number, high: number] {
  hash.of(text)
  return [hash.low, hash.high]
}

describe('the hash of a text', () => {
  it('has 53 bits and more that differ for 200,000 sequential ids', () => {
    const seen = new Set<number>()
    for (let i = 0; i < 200_000; i++) {
      const [low, high] = hashOf(`0a1b2c3d-0000-4000-8000-${i}`)
      // 53 of the 64 bits fit into a number.
      seen.add(low * 0x200000 + (high >>> 11))
    }
    expect(seen.size).toBe(200_000)
  })

  it('is two unsigned words that are never both 0, the same for the same text whatever came before', () => {
    fc.assert(
      fc.property(anyText, anyText, (text, other) => {
        const [low, high] = hashOf(text)
        expect(low === low >>> 0 && high === high >>> 0).toBe(true)
        expect(low !== 0 || high !== 0).toBe(true)
        hashOf(other)
        expect(hashOf(text)).toEqual([low, high])
        expect(hashOf(` ${text}`.slice(1))).toEqual([low, high])
      }),
    )
  })

  it('differs for texts that differ anywhere, or in length only', () => {
    const text = 'kubernetes-audit:0a1b2c3d-0000-4000-8000-00000000000e'
    const texts = ['', '\0', '\0\0', '\0\0\0\0', 'é', 'e\u0301', '\u00c3\u00a9', text, `${text}\0`]
    for (let i = 0; i < text.length; i++)
      texts.push(`${text.slice(0, i)}#${text.slice(i + 1)}`, text.slice(0, i + 1))
    expect(new Set(texts.map((each) => hashOf(each).join())).size).toBe(new Set(texts).size)
  })

  it('is that of the whole text, however long it is', () => {
    for (const length of [1000, 1023, 1024, 1025, 50_000]) {
      const long = 'ü'.repeat(length)
      expect(hashOf(`${long}a`)).not.toEqual(hashOf(`${long}b`))
      expect(hashOf(`a${long}`)).not.toEqual(hashOf(`b${long}`))
    }
  })
})
