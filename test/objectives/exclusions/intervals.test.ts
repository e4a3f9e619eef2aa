import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  type Interval,
  intervalAt,
  lengthWithin,
  union,
  without,
} from '../../../src/objectives/exclusions/intervals.ts'

const intervals = fc.array(
  fc
    .tuple(fc.nat(40), fc.integer({ min: -2, max: 12 }))
    .map(([from, length]) => ({ from, to: from + length })),
  { maxLength: 8 },
)

/** Instant by instant. */
function instants(of: readonly Interval[]): readonly number[] {
  return Array.from({ length: 60 }, (_, i) => i).filter((i) => of.some(({ from, to }) => from <= i && i < to))
}

describe('intervals', () => {
  it('of a union hold what is in any, in order, and never touch', () => {
    fc.assert(
      fc.property(intervals, (all) => {
        const joined = union(all)
        expect(instants(joined)).toEqual(instants(all))
        for (const [i, { from, to }] of joined.entries()) {
          expect(from).toBeLessThan(to)
          expect(from).toBeGreaterThan(joined[i - 1]?.to ?? -1)
        }
      }),
    )
  })

  it('lose what lies in others, and nothing else', () => {
    fc.assert(
      fc.property(intervals, intervals, (a, b) => {
        const taken = instants(b)
        expect(instants(without(union(a), union(b)))).toEqual(instants(a).filter((i) => !taken.includes(i)))
      }),
    )
  })

  it('are as long as the instants in them, within any bounds', () => {
    fc.assert(
      fc.property(intervals, fc.nat(60), fc.nat(60), (all, from, to) => {
        const inside = instants(all).filter((i) => i >= from && i < to)
        expect(lengthWithin(union(all), from, to)).toBe(inside.length)
      }),
    )
  })

  it('are found by an instant in them, which their end is not', () => {
    const span = { from: 10, to: 20 }
    expect([9, 10, 19, 20].map((time) => intervalAt([span], time))).toEqual([
      undefined,
      span,
      span,
      undefined,
    ])
  })
})
