import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { budgetRemaining, burnRate, errorRatio, fraction, goodRatio } from '../../src/objectives/budget.ts'

function counts(good: number, bad: number) {
  return { good, bad, excluded: 7 }
}

const anyCount = fc.oneof(fc.nat(10), fc.nat(1_000_000), fc.nat(10_000_000_000))
/** Budgets of 50 % to 99.9999 %, as decimal texts. */
const budgets = fc.integer({ min: 1, max: 500_000 }).map((units) => `0.${String(units).padStart(6, '0')}`)

describe('a decimal as a fraction', () => {
  it.each([
    ['0.0005', 5, 10_000],
    ['0.05', 5, 100],
    ['1', 1, 1],
    ['0.999999999', 999_999_999, 1_000_000_000],
    ['12.50', 1250, 100],
  ])('%s is %i of %i', (text, units, scale) => {
    expect(fraction(text)).toEqual({ units, scale })
  })
})

describe('an error budget', () => {
  it('is untouched without events, and nothing burns', () => {
    const budget = fraction('0.001')
    expect(goodRatio(counts(0, 0))).toBe(1)
    expect(errorRatio(counts(0, 0))).toBe(0)
    expect(burnRate(counts(0, 0), budget)).toBe(0)
    expect(budgetRemaining(counts(0, 0), budget)).toBe(1)
  })

  it.each([
    ['99.9 %', '0.001', 999, 1, 1, 0],
    ['99.95 %', '0.0005', 9999, 1, 0.2, 0.8],
    ['99.95 %', '0.0005', 9990, 10, 2, -1],
    ['99 %', '0.01', 0, 5, 100, -99],
    ['99.999 %', '0.00001', 100, 0, 0, 1],
    // 0.0072 / 0.0005 in floating point is 14.399999999999999.
    ['99.95 %', '0.0005', 9928, 72, 14.4, -13.4],
  ])(
    'of %s (%s) after %i good and %i bad burns at %d and leaves %d, exactly',
    (_, text, good, bad, burn, left) => {
      expect(burnRate(counts(good, bad), fraction(text))).toBe(burn)
      expect(budgetRemaining(counts(good, bad), fraction(text))).toBe(left)
    },
  )

  it('burns in proportion to bad events, is spent exactly at rate 1, and is always a number', () => {
    fc.assert(
      fc.property(anyCount, anyCount, budgets, (good, bad, text) => {
        const budget = fraction(text)
        const burn = burnRate(counts(good, bad), budget)
        const left = budgetRemaining(counts(good, bad), budget)
        expect(Number.isFinite(burn) && Number.isFinite(left) && burn >= 0).toBe(true)
        expect(Math.abs(left - (1 - burn))).toBeLessThan(1e-12 * Math.max(1, burn))
        expect(goodRatio(counts(good, bad)) + errorRatio(counts(good, bad))).toBeCloseTo(1, 12)
      }),
    )
    fc.assert(
      fc.property(budgets, fc.integer({ min: 1, max: 1000 }), (text, times) => {
        const budget = fraction(text)
        const spent = counts((budget.scale - budget.units) * times, budget.units * times)
        expect(burnRate(spent, budget)).toBe(1)
        expect(budgetRemaining(spent, budget)).toBe(0)
        expect(budgetRemaining({ ...spent, bad: spent.bad + 1 }, budget)).toBeLessThan(0)
        expect(budgetRemaining({ ...spent, good: spent.good + 1 }, budget)).toBeGreaterThan(0)
      }),
    )
  })
})
