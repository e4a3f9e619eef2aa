import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { formatDuration, parseDuration } from '../../src/objectives/duration.ts'

describe('durations', () => {
  it.each([
    ['30s', 30_000],
    ['5m', 300_000],
    ['90m', 5_400_000],
    ['2h', 7_200_000],
    ['36h', 129_600_000],
    ['3d', 259_200_000],
  ])('%s is %i ms, and the other way round', (text, ms) => {
    expect(parseDuration(text)).toBe(ms)
    expect(formatDuration(ms)).toBe(text)
  })

  it('are written as short as they can be, and read as what was written', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 100_000_000 }), (seconds) => {
        const text = formatDuration(seconds * 1000)
        expect(parseDuration(text)).toBe(seconds * 1000)
      }),
    )
    expect(parseDuration('1w')).toBe(parseDuration('7d'))
    expect(formatDuration(7 * 86_400_000)).toBe('7d')
  })

  it.each(['', '5', 'm', '0m', '-5m', '5 m', '5M', '1.5h', '05m', '5min', '1h30m', '5m '])(
    '%j is none',
    (text) => {
      expect(parseDuration(text)).toBeUndefined()
    },
  )
})
