import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { ChunkWriter } from '../../src/events/chunk.ts'
import { RotationGrace } from '../../src/events/rotation.ts'
import { ChunkStore } from '../support/chunk-store.ts'

interface Call {
  readonly id: number
  readonly key: string
  readonly time: number
  /** Of a failure; a success has none. */
  readonly graceMs: number | undefined
}

/** Ids of the failures that are excused when the calls arrive in this order, ascending; each must be given once. */
function excusedInOrder(calls: readonly Call[], grace = new RotationGrace<number>()): readonly number[] {
  const excused: number[] = []
  for (const { id, key, time, graceMs } of calls) {
    if (graceMs === undefined) excused.push(...grace.success(key, time))
    else if (grace.isFollowedBySuccess(key, time, graceMs)) excused.push(id)
    else grace.expired(key, time, graceMs, id)
  }
  return excused.toSorted((a, b) => a - b)
}

/** By definition: a success of the same key between the failure and the end of its grace. */
function excusedByDefinition(calls: readonly Call[]): readonly number[] {
  return calls
    .filter(
      ({ key, time, graceMs }) =>
        graceMs !== undefined &&
        calls.some(
          (other) =>
            other.graceMs === undefined &&
            other.key === key &&
            other.time >= time &&
            other.time <= time + graceMs,
        ),
    )
    .map(({ id }) => id)
    .toSorted((a, b) => a - b)
}

const call = fc.record({
  key: fc.constantFrom('a', 'b'),
  // Few distinct instants around the ends of seconds and graces, so that limits are met exactly.
  time: fc.oneof(
    fc.integer({ min: 0, max: 8000 }),
    fc.tuple(fc.integer({ min: 0, max: 8 }), fc.constantFrom(-1, 0, 1, 500)).map(([s, ms]) => s * 1000 + ms),
  ),
  graceMs: fc.option(fc.constantFrom(1000, 1500, 3000), { nil: undefined }),
})

const arrivals = fc
  .oneof(fc.array(call, { maxLength: 6 }), fc.array(call, { maxLength: 40 }))
  .map((calls) => calls.map((each, id) => ({ ...each, id })))
  .chain((calls) => fc.shuffledSubarray(calls, { minLength: calls.length }))

describe('rotation grace', () => {
  it('excuses exactly the failures that a success of the same key follows within their grace, in any order', () => {
    fc.assert(
      fc.property(arrivals, (calls) => {
        expect(excusedInOrder(calls)).toEqual(excusedByDefinition(calls))
      }),
      { numRuns: 2000 },
    )
  })

  it.each([
    ['at the same instant', 0, true],
    ['at the end of the grace', 30_000, true],
    ['one millisecond after the grace', 30_001, false],
    ['one millisecond before the failure', -1, false],
  ])('judges a success %s in both orders of arrival alike', (_, offset, isExcused) => {
    const failure: Call = { id: 1, key: 'a', time: 60_999, graceMs: 30_000 }
    const success: Call = { id: 2, key: 'a', time: 60_999 + offset, graceMs: undefined }
    const expected = isExcused ? [1] : []
    expect(excusedInOrder([failure, success])).toEqual(expected)
    expect(excusedInOrder([success, failure])).toEqual(expected)
  })

  it.each([
    ['first', [1900, 1100], 300, 1000],
    ['last', [1100, 1900], 1500, 1000],
  ])('knows the %s success of a second, whichever came first', (_, successes, time, graceMs) => {
    const grace = new RotationGrace<string>()
    for (const success of successes) grace.success('a', success)
    expect(grace.isFollowedBySuccess('a', time, graceMs)).toBe(true)
  })

  it('gives an excused failure once, however many successes follow', () => {
    const grace = new RotationGrace<string>()
    grace.expired('a', 1000, 30_000, 'failure')
    expect(grace.success('a', 2000)).toEqual(['failure'])
    expect(grace.success('a', 3000)).toEqual([])
  })

  it('forgets what is pruned and keeps the rest', () => {
    const grace = new RotationGrace<string>()
    grace.expired('a', 1000, 30_000, 'old')
    grace.expired('a', 10_000, 30_000, 'new')
    grace.success('b', 1000)
    grace.success('b', 10_000)
    grace.prune(10_000)
    expect(grace.success('a', 11_000)).toEqual(['new'])
    expect(grace.isFollowedBySuccess('b', 0, 5000)).toBe(false)
    expect(grace.isFollowedBySuccess('b', 9000, 5000)).toBe(true)
  })

  it('survives a long history of one busy identity that is never pruned', () => {
    const grace = new RotationGrace<string>({ maxSeconds: 200_000, maxWaiting: 100 })
    for (let second = 0; second < 250_000; second++) grace.success('a', second * 1000)
    expect(grace.isFollowedBySuccess('a', 249_990_000, 5000)).toBe(true)
    expect(grace.isFollowedBySuccess('a', 0, 5000)).toBe(false)
  })

  it('forgets the older half of its successes at the limit, over all keys', () => {
    const grace = new RotationGrace<string>({ maxSeconds: 100, maxWaiting: 100 })
    for (let second = 0; second < 101; second++) grace.success(`key-${second % 7}`, second * 1000)
    const known = Array.from({ length: 101 }, (_, second) =>
      grace.isFollowedBySuccess(`key-${second % 7}`, second * 1000, 1000),
    )
    expect(known.filter(Boolean)).toHaveLength(50)
    expect(known.slice(51)).not.toContain(false)
  })

  it('forgets the older half of its waiting failures at the limit, and never one of the newest', () => {
    const grace = new RotationGrace<number>({ maxSeconds: 100, maxWaiting: 100 })
    for (let second = 0; second < 1000; second++) grace.expired('a', second * 1000, 3_600_000, second)
    const excused = grace.success('a', 1_000_000)
    expect(excused.length).toBeLessThanOrEqual(100)
    expect(excused.length).toBeGreaterThanOrEqual(50)
    expect(excused.toSorted((a, b) => a - b).at(-1)).toBe(999)
    expect(Math.min(...excused)).toBe(1000 - excused.length)
  })

  it('stays within its limits when everything happens in one second', () => {
    const grace = new RotationGrace<number>({ maxSeconds: 100, maxWaiting: 100 })
    for (let i = 0; i < 1000; i++) {
      grace.expired('a', 500, 30_000, i)
      grace.success(`key-${i}`, 500)
    }
    expect(grace.success('a', 600).length).toBeLessThanOrEqual(100)
    const known = Array.from({ length: 1000 }, (_, i) => grace.isFollowedBySuccess(`key-${i}`, 0, 1000))
    expect(known.filter(Boolean).length).toBeLessThanOrEqual(100)
  })
})

describe('a rotation grace that is saved', () => {
  it('writes all it remembers the first time, then what changed, and takes back what it forgot', () => {
    const store = new ChunkStore()
    const part = (grace: RotationGrace<string>) => ({
      save: (out: ChunkWriter) => grace.save(out, (subject) => subject),
      saved: () => grace.saved(),
      restore: (key: string, bytes: Uint8Array) => grace.restore(key, bytes, String),
    })
    const grace = new RotationGrace<string>()
    grace.success('a/b', 1000)
    grace.expired('a/b', 5000, 30_000, 'first')
    store.save(part(grace))
    grace.success('c', 2_000_000)
    grace.expired('a/b', 5001, 30_000, 'second')
    store.save(part(grace))

    const again = new RotationGrace<string>()
    store.restore(part(again))
    expect(again.isFollowedBySuccess('a/b', 0, 1000)).toBe(true)
    expect(again.isFollowedBySuccess('c', 1_999_500, 1000)).toBe(true)
    expect(again.success('a/b', 6000)).toEqual(['first', 'second'])
    store.save(part(again))
    const third = new RotationGrace<string>()
    store.restore(part(third))
    expect(third.success('a/b', 7000)).toEqual([])
    again.prune(3_000_000)
    store.save(part(again))
    expect(store.size).toBe(0)
  })
})
