import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseInstant } from '../../src/events/time.ts'

const anyDate = fc.date({
  min: new Date(Date.UTC(1, 0, 1)),
  max: new Date(Date.UTC(9999, 11, 31)),
  noInvalidDate: true,
})

describe('instants', () => {
  it('of every millisecond from year 1 to 9999 are read as the platform writes them', () => {
    fc.assert(
      fc.property(anyDate, (date) => {
        expect(parseInstant(date.toISOString())).toBe(date.getTime())
      }),
      { numRuns: 1000 },
    )
  })

  it('with an offset are the same instants', () => {
    fc.assert(
      fc.property(
        anyDate,
        fc.integer({ min: -23 * 60 - 59, max: 23 * 60 + 59 }),
        fc.constantFrom(':', ''),
        (date, minutes, colon) => {
          const two = (value: number): string => String(value).padStart(2, '0')
          const sign = minutes < 0 ? '-' : '+'
          const [hours, rest] = [Math.floor(Math.abs(minutes) / 60), Math.abs(minutes) % 60]
          const text = `${date.toISOString().slice(0, -1)}${sign}${two(hours)}${colon}${two(rest)}`
          expect(parseInstant(text)).toBe(date.getTime() - minutes * 60_000)
        },
      ),
    )
  })

  const second = Date.UTC(2026, 5, 15, 12, 0, 1)
  it.each([
    ['2026-06-15T12:00:01Z', second],
    ['2026-06-15t12:00:01z', second],
    ['2026-06-15 12:00:01', second],
    ['2026-06-15T12:00:01', second],
    ['2026-06-15T12:00:01.1Z', second + 100],
    ['2026-06-15T12:00:01.1234567Z', second + 123],
    ['2026-06-15T12:00:01.999999999Z', second + 999],
    ['2026-06-15T12:00:01+0000', second],
    ['2026-06-15T12:00:01-00:00', second],
    ['2026-06-15T12:00:01.5+05:45', second + 500 - 20_700_000],
    ['2024-02-29T00:00:00Z', Date.UTC(2024, 1, 29)],
    ['2000-02-29T00:00:00Z', Date.UTC(2000, 1, 29)],
    ['2016-12-31T23:59:60Z', Date.UTC(2017, 0, 1)],
  ])('%s is read', (text, expected) => {
    expect(parseInstant(text)).toBe(expected)
  })

  it.each([
    '',
    '2026-06-15',
    '2026-06-15T12:00Z',
    '2026-06-15T12:00:01.Z',
    '2026-06-15T12:00:01,5Z',
    '2026-06-15T12:00:01 Z',
    '2026-06-15T12:00:01Z ',
    ' 2026-06-15T12:00:01Z',
    '2026-06-15T12:00:01+01',
    '2026-06-15T12:00:01+1:00',
    '2026-06-15T12:00:01+24:00',
    '2026-06-15T12:00:01+01:60',
    '2026-06-15T12:00:01+99:99',
    '2026-06-15T12:00:01CEST',
    '2026-06-15T24:00:00Z',
    '2026-06-15T12:60:00Z',
    '2026-06-15T12:00:61Z',
    '2026-02-29T00:00:00Z',
    '1900-02-29T00:00:00Z',
    '2026-04-31T00:00:00Z',
    '2026-00-15T00:00:00Z',
    '2026-13-15T00:00:00Z',
    '2026-06-00T00:00:00Z',
    '2026/06/15T12:00:01Z',
    '2026-06-15T12.00.01Z',
    '2026-06-15_12:00:01Z',
    '20260615T120001Z0000',
    '+026-06-15T12:00:01Z',
    '２026-06-15T12:00:01Z',
    'not an instant at all',
  ])('%j is refused', (text) => {
    expect(parseInstant(text)).toBeNaN()
  })

  it('are refused for days that no month has, and for no other days', () => {
    for (let year = 1896; year <= 2004; year++) {
      for (let month = 1; month <= 12; month++) {
        const days = new Date(Date.UTC(year, month, 0)).getUTCDate()
        for (let day = 28; day <= 32; day++) {
          const text = `${year}-${String(month).padStart(2, '0')}-${day}T00:00:00Z`
          if (Number.isNaN(parseInstant(text)) !== day > days) expect.unreachable(text)
        }
      }
    }
  })

  it('are numbers or refused, whatever the text', () => {
    const noise = fc
      .array(fc.nat(0xffff), { minLength: 1, maxLength: 2 })
      .map((units) => String.fromCharCode(...units))
    const good = '2026-06-15T12:00:01.25Z'
    const nearly = fc
      .tuple(fc.nat(24), noise)
      .map(([at, text]) => `${good.slice(0, at)}${text}${good.slice(at + 1)}`)
    fc.assert(
      fc.property(fc.oneof(nearly, fc.string()), (text) => {
        const time = parseInstant(text)
        expect(Number.isNaN(time) || Number.isInteger(time)).toBe(true)
      }),
    )
  })
})
