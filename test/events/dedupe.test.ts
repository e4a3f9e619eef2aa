import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Dedupe } from '../../src/events/dedupe.ts'

const hourMs = 3_600_000
const mebibyte = 1_048_576
const smallestSegment = 8192

/** An id is always delivered with the same time. */
const deliveries = fc
  .uniqueArray(fc.record({ id: fc.string(), time: fc.integer({ min: 0, max: 30 * hourMs }) }), {
    selector: ({ id }) => id,
    minLength: 1,
    maxLength: 100,
  })
  .chain((events) => fc.array(fc.constantFrom(...events), { maxLength: 300 }))

describe('dedupe', () => {
  it('answers as a set of ids would, in every order of delivery', () => {
    fc.assert(
      fc.property(deliveries, (delivered) => {
        const dedupe = new Dedupe(mebibyte)
        const seen = new Set<string>()
        for (const { id, time } of delivered) {
          expect(dedupe.isFirst(id, time)).toBe(!seen.has(id))
          seen.add(id)
        }
      }),
    )
  })

  it('finds every copy among 50,000 ids of one hour, whose table grows many times', () => {
    const dedupe = new Dedupe(64 * mebibyte)
    const ids = Array.from({ length: 50_000 }, (_, i) => `request-${i}`)
    expect(ids.filter((id) => !dedupe.isFirst(id, 0))).toEqual([])
    expect(ids.filter((id) => dedupe.isFirst(id, 0))).toEqual([])
    // 8 bytes a slot, and never fewer than 35 % of them in use after growing.
    expect(dedupe.bytes).toBeLessThan((50_000 * 8) / 0.35)
  })

  it('keeps every hour of event time apart from the others, also before 1970', () => {
    const dedupe = new Dedupe(mebibyte)
    expect(dedupe.isFirst('a', -1)).toBe(true)
    expect(dedupe.isFirst('a', -hourMs)).toBe(false)
    expect(dedupe.isFirst('a', 0)).toBe(true)
    expect(dedupe.isFirst('a', hourMs - 1)).toBe(false)
    expect(dedupe.isFirst('a', hourMs)).toBe(true)
  })

  it('counts what lies before a pruned hour as first, and still knows the rest', () => {
    const dedupe = new Dedupe(mebibyte)
    for (const hour of [0, 1, 2]) dedupe.isFirst(`event-${hour}`, hour * hourMs)
    expect(dedupe.bytes).toBe(3 * smallestSegment)
    dedupe.prune(1.5 * hourMs)
    expect(dedupe.horizon).toBe(hourMs)
    expect(dedupe.bytes).toBe(2 * smallestSegment)
    expect(dedupe.isFirst('event-0', 0)).toBe(true)
    expect(dedupe.isFirst('event-0', 0)).toBe(true)
    expect(dedupe.isFirst('event-1', hourMs)).toBe(false)
    expect(dedupe.isFirst('event-2', 2 * hourMs)).toBe(false)
  })

  it('does not take the horizon back when an earlier time is pruned', () => {
    const dedupe = new Dedupe(mebibyte)
    dedupe.prune(5 * hourMs)
    dedupe.prune(2 * hourMs)
    expect(dedupe.horizon).toBe(5 * hourMs)
  })

  it('gives up its oldest hours when memory runs out, and says so by its horizon', () => {
    const dedupe = new Dedupe(4 * smallestSegment)
    for (let hour = 0; hour < 10; hour++) {
      dedupe.isFirst(`event-${hour}`, hour * hourMs)
      expect(dedupe.bytes).toBeLessThanOrEqual(4 * smallestSegment)
    }
    expect(dedupe.horizon).toBe(6 * hourMs)
    for (let hour = 6; hour < 10; hour++) expect(dedupe.isFirst(`event-${hour}`, hour * hourMs)).toBe(false)
  })

  it('stays within its memory when one hour alone is too busy, and goes on finding fresh copies', () => {
    const limit = 16 * smallestSegment
    const dedupe = new Dedupe(limit)
    let mistakes = 0
    let mostBytes = 0
    for (let i = 0; i < 60_000; i++) {
      if (!dedupe.isFirst(`event-${i}`, 0) || dedupe.isFirst(`event-${i}`, 0)) mistakes++
      mostBytes = Math.max(mostBytes, dedupe.bytes)
    }
    expect(mistakes).toBe(0)
    expect(mostBytes).toBeLessThanOrEqual(limit)
    expect(dedupe.horizon).toBe(hourMs)
  })

  it('stays within its memory when old events flood in behind newer ones', () => {
    const limit = 16 * smallestSegment
    const dedupe = new Dedupe(limit)
    for (let hour = 1; hour < 5; hour++) dedupe.isFirst('newer', hour * hourMs)
    for (let i = 0; i < 30_000; i++) dedupe.isFirst(`late-${i}`, 0)
    expect(dedupe.bytes).toBeLessThanOrEqual(limit)
    expect(dedupe.isFirst('newer', 4 * hourMs)).toBe(false)
  })

  it('within the horizon answers as a set would, whatever the memory', () => {
    const many = fc.array(
      fc.record({ n: fc.nat(3000), hour: fc.nat(6) }).map(({ n, hour }) => ({ id: `id-${n}-${hour}`, hour })),
      { minLength: 500, maxLength: 3000 },
    )
    fc.assert(
      fc.property(many, fc.integer({ min: 2, max: 6 }), (delivered, segments) => {
        const dedupe = new Dedupe(segments * smallestSegment)
        const seen = new Set<string>()
        for (const { id, hour } of delivered) {
          const horizon = dedupe.horizon
          const isFirst = dedupe.isFirst(id, hour * hourMs)
          if (hour * hourMs >= horizon) expect(isFirst).toBe(!seen.has(id))
          seen.add(id)
        }
      }),
      { numRuns: 20 },
    )
  })
})
