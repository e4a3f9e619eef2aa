import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { rankedSlice } from '../../src/app/ranked-slice.ts'

interface Item {
  readonly score: number
  readonly name: number
}

function order(a: Item, b: Item): number {
  return b.score - a.score || a.name - b.name
}

describe('a page of a ranking', () => {
  it('is what sorting everything would give there, among equal scores and beyond the end', () => {
    const items = fc.array(fc.record({ score: fc.integer({ min: 0, max: 9 }), name: fc.nat(40) }), {
      maxLength: 80,
    })
    fc.assert(
      fc.property(items, fc.nat(90), fc.nat(20), (all, from, length) => {
        const expected = all.toSorted(order).slice(from, from + length)
        expect(rankedSlice(all, ({ score }) => score, order, from, from + length)).toEqual(expected)
      }),
      { numRuns: 2000 },
    )
  })

  it('may be told by a score that knows less than the order', () => {
    const items = Array.from({ length: 100 }, (_, i): Item => ({ score: (i * 37) % 50, name: i }))
    const rough = ({ score }: Item): number => Math.floor(score / 10)
    expect(rankedSlice(items, rough, order, 30, 40)).toEqual(items.toSorted(order).slice(30, 40))
  })
})
