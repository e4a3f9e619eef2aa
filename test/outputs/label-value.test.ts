import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { labelValue } from '../../src/outputs/label-value.ts'

describe('label values', () => {
  it('are left as they are where the exposition can carry them', () => {
    for (const text of ['', 'checkout', 'a "b" \\ c', 'ünïcödé 🦊']) expect(labelValue(text)).toBe(text)
  })

  it('are well-formed, of one line and at most 200 characters, whatever the text', () => {
    const texts = fc.string({ unit: fc.nat(0xffff).map((code) => String.fromCharCode(code)), maxLength: 400 })
    fc.assert(
      fc.property(texts, (text) => {
        const value = labelValue(text)
        expect(value.isWellFormed()).toBe(true)
        expect(value.length).toBeLessThanOrEqual(200)
        // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not be there.
        expect(value).not.toMatch(/[\u0000-\u001f\u007f]/)
        expect(labelValue(value)).toBe(value)
      }),
    )
  })

  it('do not cut a character in two', () => {
    expect(labelValue(`${'a'.repeat(198)}${'🦊'.repeat(10)}`).isWellFormed()).toBe(true)
  })
})
