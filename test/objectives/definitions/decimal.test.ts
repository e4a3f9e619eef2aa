/** Decimals are exact: no float ever shows. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  compareDecimals,
  complement,
  type Decimal,
  formatDecimal,
  one,
  parseDecimal,
  shift,
  weightedMean,
} from '../../../src/objectives/definitions/decimal.ts'

function parsed(text: string): Decimal {
  const decimal = parseDecimal(text)
  if (!decimal) throw new Error(`${text} is no decimal`)
  return decimal
}

test.each([
  ['99.95', '99.95'],
  ['99.950', '99.95'],
  ['.5', '0.5'],
  ['5.', '5'],
  ['+1', '1'],
  ['0', '0'],
  ['0.000', '0'],
  ['007', '7'],
  ['9.995e-1', '0.9995'],
  ['1e3', '1000'],
  ['100', '100'],
])('%s is %s', (written, expected) => {
  expect(formatDecimal(parsed(written))).toBe(expected)
})

test.each(['', '.', '-1', 'x', '1,5', '0x1', '.inf', '.nan', '1e99', '1_000', `0.${'9'.repeat(16)}`, ' 1'])(
  '"%s" is no decimal',
  (written) => {
    expect(parseDecimal(written)).toBeUndefined()
  },
)

test('the budget of 99.9 % is 0.001, where floats say 0.0010000000000000009', () => {
  expect(formatDecimal(complement(shift(parsed('99.9'), -2)))).toBe('0.001')
})

const fractions = fc.stringMatching(/^\d{1,13}$/).map((digits) => `0.${digits}`)

test('ratio and budget always add up to exactly 1', () => {
  fc.assert(
    fc.property(fractions, (text) => {
      const ratio = parsed(text)
      const budget = complement(ratio)
      const scale = BigInt(Math.max(ratio.scale, budget.scale))
      const whole = (decimal: Decimal) => decimal.digits * 10n ** (scale - BigInt(decimal.scale))
      expect(whole(ratio) + whole(budget)).toBe(10n ** scale)
    }),
  )
})

test('moving the point there and back changes nothing', () => {
  fc.assert(
    fc.property(fractions, (text) => {
      const ratio = parsed(text)
      expect(shift(shift(ratio, 2), -2)).toEqual(ratio)
      expect(Number(formatDecimal(shift(ratio, 2)))).toBeCloseTo(Number(text) * 100, 9)
    }),
  )
})

test('comparison does not depend on how many places are written', () => {
  expect(compareDecimals(parsed('0.10'), parsed('0.1'))).toBe(0)
  expect(compareDecimals(parsed('0.09'), parsed('0.1'))).toBe(-1)
  expect(compareDecimals(parsed('2'), parsed('1.99'))).toBe(1)
})

test('the weighted mean is exact up to nine places, and never rounded up', () => {
  const mean = (...pairs: readonly (readonly [string, string])[]) => {
    const result = weightedMean(
      pairs.map(([value, weight]) => ({ value: parsed(value), weight: parsed(weight) })),
    )
    return result && formatDecimal(result)
  }
  expect(mean(['0.999', '2'], ['0.95', '1'])).toBe('0.982666666')
  expect(mean(['0.9995', '1'], ['0.9995', '7.25'])).toBe('0.9995')
  expect(mean(['0.999', '1'], ['0.5', '0'])).toBe('0.999')
  expect(mean(['0.999', '0'])).toBeUndefined()
  expect(weightedMean([{ value: shift(parsed('99.999999999999999'), -2), weight: one }])).toEqual(
    parsed('0.999999999'),
  )
})
