import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { TextIndex } from '../../src/events/text-index.ts'

const fewTexts = fc.array(
  fc.oneof(fc.string({ unit: 'grapheme' }), fc.nat(50).map(String), fc.constantFrom('', '\0', 'é')),
  { maxLength: 300 },
)

/** What it should be. */
class Numbers {
  readonly #numbers = new Map<string, number>()
  numberOf(text: string): number {
    const number = this.#numbers.get(text) ?? this.#numbers.size
    this.#numbers.set(text, number)
    return number
  }
}

describe('an index of texts', () => {
  it('numbers texts as a map would', () => {
    fc.assert(
      fc.property(fewTexts, (texts) => {
        const [index, numbers] = [new TextIndex(), new Numbers()]
        for (const text of texts) expect(index.numberOf(text)).toBe(numbers.numberOf(text))
      }),
    )
  })

  it('finds each of 200,000 texts again, some of which have the same hash in 32 bits', () => {
    const index = new TextIndex()
    const all = Array.from({ length: 200_000 }, (_, i) => `arn:aws:iam::111122223333:role/app/${i}`)
    expect(all.map((text) => index.numberOf(text))).toEqual(all.map((_, i) => i))
    const joined = all.join('\n')
    expect(joined.split('\n').map((text) => index.numberOf(text))).toEqual(all.map((_, i) => i))
  })

  it('starts again from 0 when it is cleared', () => {
    const index = new TextIndex()
    for (const text of ['a', 'b']) index.numberOf(text)
    index.clear()
    expect(['b', 'c', 'b', 'a'].map((text) => index.numberOf(text))).toEqual([0, 1, 0, 2])
  })
})
