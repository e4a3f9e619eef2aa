import { expect, it } from 'vitest'
import { SampledTimer } from '../../../src/platform/telemetry/sampled-timer.ts'

/** A clock that counts how often it is read, and work that takes `ms`. */
function timed(runs: number, ms: number): { readonly seconds: number; readonly readings: number } {
  let now = 0
  let readings = 0
  const timer = new SampledTimer(() => {
    readings++
    return now
  })
  for (let i = 0; i < runs; i++) {
    timer.begin()
    now += ms
    timer.end()
    now += 1000
  }
  return { seconds: timer.take(), readings }
}

it('gives the time of all runs, whatever lies between them, from a few readings of the clock', () => {
  const { seconds, readings } = timed(1600, 2)
  expect(seconds).toBeCloseTo(3.2, 9)
  expect(readings).toBe(200)
})

it('times a single run', () => {
  expect(timed(1, 5).seconds).toBe(0.005)
})

it('begins again after it was taken, and gives 0 without runs', () => {
  let now = 0
  const timer = new SampledTimer(() => now)
  timer.begin()
  now = 4
  timer.end()
  expect([timer.take(), timer.take()]).toEqual([0.004, 0])
})
