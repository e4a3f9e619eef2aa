import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { RecentRows } from '../../../src/outputs/activity/recent-rows.ts'
import { ChunkStore } from '../../support/chunk-store.ts'

const times = fc.uniqueArray(fc.integer({ min: 0, max: 1000 }), { maxLength: 30 })
const capacity = 5

function filled(at: readonly number[]): RecentRows<number> {
  const rows = new RecentRows<number>(capacity)
  for (const time of at) rows.add(`id-${time}`, time, time)
  return rows
}

describe('recent rows', () => {
  it('are the newest, whatever the order in which they came', () => {
    fc.assert(
      fc.property(times, (at) => {
        const newest = at.toSorted((a, b) => b - a).slice(0, capacity)
        expect(filled(at).newestFirst()).toEqual(newest)
      }),
    )
  })

  it('come back after a restart, and no others', () => {
    fc.assert(
      fc.property(times, times, (at, later) => {
        const store = new ChunkStore()
        const rows = filled(at)
        store.save(rows)
        for (const time of later.filter((each) => !at.includes(each))) rows.add(`id-${time}`, time, time)
        store.save(rows)
        expect(store.restore(new RecentRows<number>(capacity)).newestFirst()).toEqual(rows.newestFirst())
      }),
    )
  })
})
