/** duration-shorthand: what is read, and what is not. */
import { expect, test } from 'vitest'
import { parseShorthand } from '../../../src/objectives/definitions/shorthand.ts'

const DAY = 86_400_000

test.each([
  ['5m', 300_000],
  ['36h', 1.5 * DAY],
  ['30d', 30 * DAY],
  ['4w', 28 * DAY],
  ['1M', 30 * DAY],
  ['1Q', 90 * DAY],
  ['1Y', 365 * DAY],
  ['10Y', 3650 * DAY],
])('%s is %d ms', (text, ms) => {
  expect(parseShorthand(text)?.ms).toBe(ms)
})

test.each(['', '5', 'm', '0m', '-1d', '1.5h', '05m', '5s', '5 m', '1D', '1y', '11Y', '99999999Y', '5min'])(
  '"%s" is refused',
  (text) => {
    expect(parseShorthand(text)).toBeUndefined()
  },
)
