import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { scaleDecimal } from '../../src/outputs/decimal.ts'

describe('scaleDecimal', () => {
  it.each([
    ['0.0005', 144, 10, '0.0072'],
    ['0.001', 1, 1, '0.001'],
    ['0.000999', 0, 7, '0'],
    ['99.95', 1, 100, '0.9995'],
    ['1', 30, 1, '30'],
    ['0.10', 10, 1, '1'],
    ['1', 1, 3, '0.333333333333'],
    ['2', 1, 3, '0.666666666667'],
    ['0.0000001', 1, 1, '0.0000001'],
    ['1', 999_999_999_999, 1_000_000_000_000, '0.999999999999'],
  ])('gives %s × %d ÷ %d as %s', (decimal, times, by, expected) => {
    expect(scaleDecimal(decimal, times, by)).toBe(expected)
  })

  it('carries when it rounds up', () => {
    expect(scaleDecimal('1', 29_999, 10_000, 3)).toBe('3')
  })

  it('keeps whole numbers whole, however few digits are asked for', () => {
    expect(scaleDecimal('1', 12_345, 1, 3)).toBe('12345')
  })

  it.each([
    ['-1', 1, 1],
    ['1e-3', 1, 1],
    ['', 1, 1],
    ['1', 0.5, 1],
    ['1', 1, 0],
  ])('refuses %j × %d ÷ %d', (decimal, times, by) => {
    expect(() => scaleDecimal(decimal, times, by)).toThrow(RangeError)
  })

  it('is as close to the true value as a double can tell', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 99_999 }),
        fc.integer({ min: 1, max: 10_000 }),
        fc.integer({ min: 1, max: 10_000 }),
        (units, times, by) => {
          const decimal = `0.${String(units).padStart(5, '0')}`
          const text = scaleDecimal(decimal, times, by)
          expect(text).toMatch(/^\d+(\.\d*[1-9])?$/)
          const exact = (units * times) / (100_000 * by)
          expect(Math.abs(Number(text) - exact)).toBeLessThanOrEqual(exact * 1e-11)
        },
      ),
    )
  })
})
