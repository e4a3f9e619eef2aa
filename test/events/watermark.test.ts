import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Watermark, type WatermarkLimits } from '../../src/events/watermark.ts'

const limits: WatermarkLimits = { idleMs: 100, maxSpreadMs: 1_000_000 }

function read(watermark: Watermark, key: string, time: number, steadyMs: number): void {
  const lane = watermark.lane(key)
  lane.readAt = steadyMs
  watermark.advance(lane, time)
}

describe('the watermark of a source', () => {
  it('is not there before the first event', () => {
    const watermark = new Watermark()
    watermark.lane('a').readAt = 0
    expect(watermark.at(0, limits)).toBe(Number.NEGATIVE_INFINITY)
    expect(watermark.slowest(0, limits)).toBeUndefined()
  })

  it('is where the slowest active lane is', () => {
    const watermark = new Watermark()
    read(watermark, 'a', 500, 0)
    read(watermark, 'b', 300, 0)
    expect(watermark.at(50, limits)).toBe(300)
    read(watermark, 'b', 450, 60)
    expect(watermark.at(70, limits)).toBe(450)
  })

  it('is the newest event when all lanes are idle, and forgets them', () => {
    const watermark = new Watermark()
    read(watermark, 'a', 500, 0)
    read(watermark, 'b', 300, 0)
    expect(watermark.at(100, limits)).toBe(500)
    expect(watermark.lanes).toBe(0)
  })

  it('does not go back for a lane that comes late or comes again', () => {
    const watermark = new Watermark()
    read(watermark, 'a', 500, 0)
    expect(watermark.at(0, limits)).toBe(500)
    read(watermark, 'b', 300, 0)
    expect(watermark.at(0, limits)).toBe(500)
  })

  it('does not wait for a lane whose clock is far behind', () => {
    const watermark = new Watermark()
    read(watermark, 'a', 10_000, 0)
    read(watermark, 'lost', 5, 0)
    expect(watermark.at(0, { idleMs: 100, maxSpreadMs: 1000 })).toBe(9000)
  })

  it('comes back as it was', () => {
    const before = new Watermark()
    read(before, 'a', 500, 0)
    read(before, 'b', 300, 0)
    before.at(0, limits)
    const after = new Watermark()
    after.restore(before.newest, before.value)
    expect([after.newest, after.value]).toEqual([500, 300])
    expect(after.at(0, limits)).toBe(500)
  })

  it('never goes back, passes no active lane, and reaches the newest event in the end', () => {
    const step = fc.record({
      lane: fc.constantFrom('a', 'b', 'c'),
      time: fc.integer({ min: 0, max: 10_000 }),
      waitMs: fc.integer({ min: 0, max: 120 }),
    })
    fc.assert(
      fc.property(fc.array(step, { minLength: 1, maxLength: 40 }), (steps) => {
        const watermark = new Watermark()
        const seen = new Map<string, { newest: number; readAt: number }>()
        let steadyMs = 0
        let former = Number.NEGATIVE_INFINITY
        for (const { lane, time, waitMs } of steps) {
          steadyMs += waitMs
          const known = seen.get(lane)
          // A lane that was idle in between begins anew only once it was looked at; here it is each time.
          const isFresh = known === undefined || steadyMs - known.readAt >= limits.idleMs
          former = watermark.at(steadyMs, limits)
          seen.set(lane, { newest: isFresh ? time : Math.max(known.newest, time), readAt: steadyMs })
          read(watermark, lane, time, steadyMs)
          const value = watermark.at(steadyMs, limits)
          const active = [...seen.values()].filter(({ readAt }) => steadyMs - readAt < limits.idleMs)
          expect(value).toBe(Math.max(former, Math.min(...active.map(({ newest }) => newest))))
          former = value
        }
        expect(watermark.at(steadyMs + limits.idleMs, limits)).toBe(
          Math.max(...steps.map(({ time }) => time)),
        )
      }),
    )
  })
})
