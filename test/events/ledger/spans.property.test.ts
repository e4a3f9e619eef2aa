/** Spans by key against a plain list of them. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Spans } from '../../../src/events/ledger/spans.ts'
import { ChunkStore } from '../../support/chunk-store.ts'

const hour = 3_600_000

interface Added {
  readonly key: number
  readonly from: number
  readonly to: number
}

// Few keys, so that they meet in the table; few instants, so that ends meet.
const added = fc
  .record({ key: fc.integer({ min: 1, max: 6 }), from: fc.nat(20), length: fc.integer({ min: 1, max: 8 }) })
  .map(({ key, from, length }): Added => ({ key, from: from * hour, to: (from + length) * hour }))

/** Two words: all keys are in one table, and half of them begin their search at its end. */
function words(key: number): readonly [low: number, high: number] {
  return [key % 2 === 0 ? 0xffff_ffff : 0, key * 64]
}

function add(spans: Spans, all: readonly Added[]): void {
  for (const { key, from, to } of all) spans.add(...words(key), from, to)
}

const instants = Array.from({ length: 60 }, (_, i) => (i * hour) / 2)
const keys = [1, 2, 3, 4, 5, 6]

function covered(spans: Spans, floor = 0): readonly boolean[] {
  return keys.flatMap((key) => instants.map((time) => time >= floor && spans.covers(...words(key), time)))
}

describe('spans of a union', () => {
  it('cover what one of those that were added covers, whatever was let go in between', () => {
    fc.assert(
      fc.property(fc.array(added, { maxLength: 60 }), fc.nat(25), (all, floorHour) => {
        const spans = new Spans('union', 1000, false)
        const half = Math.floor(all.length / 2)
        const floor = floorHour * hour
        add(spans, all.slice(0, half))
        spans.prune(floor)
        add(spans, all.slice(half))
        const expected = keys.flatMap((key) =>
          instants.map(
            (time) =>
              time >= floor && all.some((span) => span.key === key && span.from < time && time < span.to),
          ),
        )
        expect(covered(spans, floor)).toEqual(expected)
      }),
    )
  })

  it('are the same after a restart, also where there was no room for all of them', () => {
    fc.assert(
      fc.property(fc.array(added, { maxLength: 60 }), fc.nat(60), fc.nat(25), (all, at, floorHour) => {
        const store = new ChunkStore()
        const spans = new Spans('union', 5, true)
        add(spans, all.slice(0, at))
        store.save(spans)
        add(spans, all.slice(at))
        spans.prune(floorHour * hour)
        store.save(spans)
        const restored = store.restore(new Spans('union', 5, true))
        expect(covered(restored)).toEqual(covered(spans))
        expect(restored.size).toBe(spans.size)
        expect(restored.forgotten).toBe(spans.forgotten)
      }),
    )
  })
})

describe('spans of one', () => {
  it('reach from the earliest start to the last end', () => {
    fc.assert(
      fc.property(fc.array(added, { maxLength: 60 }), (all) => {
        const spans = new Spans('one', 1000, false)
        add(spans, all)
        const expected = keys.map((key) => {
          const own = all.filter((span) => span.key === key)
          if (own.length === 0) return undefined
          return { from: Math.min(...own.map(({ from }) => from)), to: Math.max(...own.map(({ to }) => to)) }
        })
        expect(keys.map((key) => spans.spanOf(...words(key)))).toEqual(expected)
      }),
    )
  })
})
