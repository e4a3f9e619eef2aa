import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Contributors } from '../../src/objectives/contributors.ts'

type Addition = readonly [key: string, count: number]

function contributorsOf(capacity: number, additions: readonly Addition[]): Contributors {
  const contributors = new Contributors(capacity)
  for (const [key, count] of additions) contributors.add(key, count)
  return contributors
}

function exactCounts(additions: readonly Addition[]): Map<string, number> {
  const counts = new Map<string, number>()
  for (const [key, count] of additions) counts.set(key, (counts.get(key) ?? 0) + count)
  return counts
}

/** As `top` orders them: largest first, then by key. */
function exactTop(additions: readonly Addition[]): readonly { key: string; bad: number; error: number }[] {
  return [...exactCounts(additions)]
    .filter(([, count]) => count > 0)
    .map(([key, bad]) => ({ key, bad, error: 0 }))
    .sort((a, b) => b.bad - a.bad || (a.key < b.key ? -1 : 1))
}

function additionsOf(keys: number, size: 'small' | 'max' = 'small'): fc.Arbitrary<Addition[]> {
  const key = fc.integer({ min: 0, max: keys - 1 }).map((n) => `identity-${n}`)
  return fc.array(fc.tuple(key, fc.integer({ min: 1, max: 4 })), { maxLength: 200, size })
}

describe('contributors within their capacity', () => {
  it('are counted exactly, in any order, split and merged in any way', () => {
    const run = additionsOf(8).chain((additions) =>
      fc.tuple(
        fc.constant(additions),
        fc.shuffledSubarray(additions, { minLength: additions.length }),
        fc.nat(additions.length),
      ),
    )
    fc.assert(
      fc.property(run, ([additions, shuffled, cut]) => {
        const merged = contributorsOf(8, shuffled.slice(cut))
        merged.merge(contributorsOf(8, shuffled.slice(0, cut)))
        expect(merged.top(100)).toEqual(exactTop(additions))
        expect(contributorsOf(8, shuffled).top(100)).toEqual(exactTop(additions))
      }),
    )
  })

  it('are taken back exactly, and gone when nothing is left', () => {
    const run = additionsOf(8).chain((additions) =>
      fc.tuple(fc.constant(additions), fc.subarray(additions, { minLength: 0 })),
    )
    fc.assert(
      fc.property(run, ([additions, takenBack]) => {
        const back = takenBack.map(([key, count]): Addition => [key, -count])
        expect(contributorsOf(8, [...additions, ...back]).top(100)).toEqual(exactTop([...additions, ...back]))
      }),
    )
  })

  it('are listed up to a limit, largest first, ties by key', () => {
    const contributors = contributorsOf(8, [
      ['c', 1],
      ['b', 2],
      ['a', 1],
      ['d', 5],
    ])
    expect(contributors.top(3).map(({ key }) => key)).toEqual(['d', 'b', 'a'])
    expect(contributors.top(0)).toEqual([])
  })
})

describe('contributors beyond their capacity', () => {
  const capacity = 8

  it('are counted too high by at most their error, and no key is missing that did much', () => {
    fc.assert(
      fc.property(additionsOf(40, 'max'), (additions) => {
        const exact = exactCounts(additions)
        const total = additions.reduce((sum, [, count]) => sum + count, 0)
        const top = contributorsOf(capacity, additions).top(100)
        const smallest = top.length < capacity ? 0 : (top.at(-1)?.bad ?? 0)
        expect(top.length).toBe(Math.min(capacity, exact.size))
        expect(top.reduce((sum, { bad }) => sum + bad, 0)).toBe(total)
        for (const { key, bad, error } of top) {
          expect(bad).toBeGreaterThanOrEqual(exact.get(key) ?? 0)
          expect(bad - error).toBeLessThanOrEqual(exact.get(key) ?? 0)
          expect(error).toBeLessThanOrEqual(total / capacity)
        }
        for (const [key, count] of exact)
          if (!top.some((each) => each.key === key)) expect(count).toBeLessThanOrEqual(smallest)
      }),
      { numRuns: 300 },
    )
  })

  it('are never credited with more than they did plus their error, after taking back and merging as well', () => {
    const run = additionsOf(20, 'max').chain((additions) =>
      fc.tuple(fc.constant(additions), fc.subarray(additions), additionsOf(20, 'max')),
    )
    fc.assert(
      fc.property(run, ([additions, takenBack, others]) => {
        const back = takenBack.map(([key, count]): Addition => [key, -count])
        const left = contributorsOf(capacity, [...additions, ...back])
        left.merge(contributorsOf(capacity, others))
        const exact = exactCounts([...additions, ...back, ...others])
        const top = left.top(100)
        expect(top.length).toBeLessThanOrEqual(capacity)
        for (const { key, bad, error } of top) {
          expect(bad).toBeGreaterThan(0)
          expect(bad - error).toBeLessThanOrEqual(exact.get(key) ?? 0)
        }
        for (const [key, count] of exact) {
          const listed = top.find((each) => each.key === key)?.bad ?? 0
          expect(count).toBeLessThanOrEqual(listed + left.unseen)
        }
      }),
      { numRuns: 300 },
    )
  })

  it('say how much they may have missed, and nothing while all keys have a place', () => {
    const few = contributorsOf(2, [
      ['a', 3],
      ['b', 1],
    ])
    expect(few.unseen).toBe(0)
    few.add('c', 1)
    expect([few.unseen, few.top(9)]).toEqual([
      1,
      [
        { key: 'a', bad: 3, error: 0 },
        { key: 'c', bad: 2, error: 1 },
      ],
    ])
    // A place becomes free: whoever takes it may have been there before.
    few.add('a', -3)
    few.add('b', 1)
    expect(few.top(9)).toEqual([
      { key: 'b', bad: 2, error: 1 },
      { key: 'c', bad: 2, error: 1 },
    ])
  })

  it('remember the most that was pushed out, also when all who are left did less', () => {
    const contributors = contributorsOf(2, [
      ['a', 5],
      ['b', 3],
      ['c', 1],
      ['a', -4],
      ['b', 1],
    ])
    expect(contributors.top(9)).toEqual([
      { key: 'b', bad: 4, error: 3 },
      { key: 'c', bad: 4, error: 3 },
    ])
    expect(contributors.unseen).toBe(3)
  })

  it('go on after a restart as if there had been none', () => {
    const run = additionsOf(20, 'max').chain((additions) =>
      fc.tuple(fc.constant(additions), fc.nat(additions.length)),
    )
    fc.assert(
      fc.property(run, ([additions, cut]) => {
        const whole = contributorsOf(capacity, additions)
        const first = contributorsOf(capacity, additions.slice(0, cut))
        const restarted = contributorsOf(capacity, [])
        restarted.restore(first.entries(), first.unseen)
        for (const [key, count] of additions.slice(cut)) restarted.add(key, count)
        expect([restarted.entries(), restarted.unseen]).toEqual([whole.entries(), whole.unseen])
      }),
    )
  })

  it('ignore what is taken back of a key that was pushed out', () => {
    const contributors = contributorsOf(1, [
      ['a', 1],
      ['b', 1],
      ['a', -1],
    ])
    expect(contributors.top(9)).toEqual([{ key: 'b', bad: 2, error: 1 }])
  })
})
