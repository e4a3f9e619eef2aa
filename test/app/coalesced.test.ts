import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { coalesced } from '../../src/app/coalesced.ts'

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] })
})
afterEach(() => {
  vi.useRealTimers()
})

it('does at once what is asked for once', () => {
  const work = vi.fn()
  coalesced(work)()
  vi.advanceTimersByTime(1)
  expect(work).toHaveBeenCalledTimes(1)
})

it('does once for each pause what is asked for all the time, and a last time behind the last request', () => {
  const work = vi.fn()
  const request = coalesced(work, 1000)
  for (let ms = 0; ms < 5000; ms += 10) {
    request()
    vi.advanceTimersByTime(10)
  }
  expect(work.mock.calls.length).toBeLessThanOrEqual(6)
  const before = work.mock.calls.length
  request()
  vi.advanceTimersByTime(1000)
  expect(work).toHaveBeenCalledTimes(before + 1)
  vi.advanceTimersByTime(10_000)
  expect(work).toHaveBeenCalledTimes(before + 1)
})

it('goes on after work that failed', () => {
  const work = vi.fn().mockImplementationOnce(() => {
    throw new Error('it failed')
  })
  const request = coalesced(work, 1000)
  request()
  expect(() => vi.advanceTimersByTime(1)).toThrow('it failed')
  request()
  vi.advanceTimersByTime(1000)
  expect(work).toHaveBeenCalledTimes(2)
})
