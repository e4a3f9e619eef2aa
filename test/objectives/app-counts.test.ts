import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { AppCounts, appBucketMs, appCountsKeptMs } from '../../src/objectives/app-counts.ts'
import { ChunkStore } from '../support/chunk-store.ts'
import { morning } from '../support/records.ts'

interface Seen {
  readonly app: string
  readonly bucket: number
  readonly part: number
  readonly isBad: boolean
}

const seen: fc.Arbitrary<Seen> = fc.record({
  app: fc.constantFrom('checkout', 'cart', '__proto__'),
  bucket: fc.integer({ min: 0, max: 20 }),
  part: fc.integer({ min: 0, max: 1 }),
  isBad: fc.boolean(),
})

function add(counts: AppCounts, { app, bucket, part, isBad }: Seen, count = 1): void {
  counts.add(app, morning + bucket * appBucketMs + 1234, part, isBad ? 'bad' : 'good', count)
}

function window(counts: AppCounts, app: string, from = 0, to = 100) {
  return counts.window(app, morning + from * appBucketMs, morning + to * appBucketMs, 2)
}

describe('counts by application', () => {
  it('are those of the events, in any order, and the same after a restart', () => {
    const stretch = fc.tuple(fc.integer({ min: 0, max: 20 }), fc.integer({ min: 0, max: 20 }))
    fc.assert(
      fc.property(fc.array(seen), stretch, (events, [from, to]) => {
        const store = new ChunkStore()
        const counts = new AppCounts()
        events.forEach((event, i) => {
          add(counts, event)
          if (i % 3 === 0) store.save(counts)
        })
        store.save(counts)
        const restored = store.restore(new AppCounts())
        for (const app of ['checkout', 'cart', '__proto__']) {
          const expected = [0, 1].map((part) => {
            const mine = events.filter(
              (event) =>
                event.app === app && event.part === part && event.bucket >= from && event.bucket < to,
            )
            const bad = mine.filter(({ isBad }) => isBad).length
            return { good: mine.length - bad, bad }
          })
          expect(window(counts, app, from, to)).toEqual(expected)
          expect(window(restored, app, from, to)).toEqual(expected)
        }
      }),
    )
  })

  it('are taken back by a negative count, and leave out what is excluded', () => {
    const counts = new AppCounts()
    add(counts, { app: 'cart', bucket: 0, part: 0, isBad: true }, 3)
    add(counts, { app: 'cart', bucket: 0, part: 0, isBad: true }, -1)
    counts.add('cart', morning, 0, 'excluded', 1)
    expect(window(counts, 'cart')[0]).toEqual({ good: 0, bad: 2 })
  })

  it('are kept for a while behind the newest, also in the store', () => {
    const counts = new AppCounts()
    const store = new ChunkStore()
    add(counts, { app: 'cart', bucket: 0, part: 0, isBad: false })
    store.save(counts)
    counts.add('cart', morning + appCountsKeptMs + appBucketMs, 0, 'good', 1)
    store.save(counts)
    expect(window(counts, 'cart', 0, 1)[0]).toEqual({ good: 0, bad: 0 })
    expect(counts.keptFrom).toBe(morning + appBucketMs)
    expect([...store.entries().keys()]).not.toContain(String(morning))
    add(counts, { app: 'cart', bucket: 0, part: 0, isBad: false })
    expect(window(counts, 'cart', 0, 1)[0]).toEqual({ good: 0, bad: 0 })
  })

  it('let the oldest go where there are too many applications, and say from when they are whole', () => {
    const counts = new AppCounts(10)
    for (let bucket = 0; bucket < 4; bucket++)
      for (let app = 0; app < 5; app++) add(counts, { app: `app-${app}`, bucket, part: 0, isBad: false })
    expect(counts.keptFrom).toBe(morning + 2 * appBucketMs)
    expect(window(counts, 'app-3')[0]).toEqual({ good: 2, bad: 0 })
    expect(counts.has('app-3')).toBe(true)
    expect(counts.has('app-9')).toBe(false)
  })
})
