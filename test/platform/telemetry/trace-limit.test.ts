import { expect, it } from 'vitest'
import { TraceLimit } from '../../../src/platform/telemetry/trace-limit.ts'

it('takes so many traces in a second and no more, and begins again with the next second', () => {
  let now = 5000
  const limit = new TraceLimit(2, () => now)
  const takeThree = (): boolean[] => [limit.take(), limit.take(), limit.take()]
  expect(takeThree()).toEqual([true, true, false])
  now = 5999
  expect(limit.take()).toBe(false)
  now = 6000
  expect(takeThree()).toEqual([true, true, false])
})
