import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Period, periodAt, zoneOffset } from '../../src/objectives/calendar.ts'
import type { TimeWindow } from '../../src/objectives/objective.ts'
import { firstInstantOf, periodByTrial } from '../support/calendar-oracle.ts'

type CalendarWindow = Extract<TimeWindow, { kind: 'calendar' }>

const hourMs = 3_600_000
const dayMs = 24 * hourMs
const nominalDays = { m: 1 / 1440, h: 1 / 24, d: 1, w: 7, M: 30, Q: 90, Y: 365 }

function calendar(
  count: number,
  unit: CalendarWindow['unit'],
  timeZone: string,
  startTime: string,
): CalendarWindow {
  const durationMs = count * nominalDays[unit] * dayMs
  return { kind: 'calendar', durationMs, text: `${count}${unit}`, count, unit, startTime, timeZone }
}

/** The period as instants that can be read. */
function period(window: CalendarWindow, at: string): readonly [string, string] {
  const { start, end } = periodAt(window, Date.parse(at), zoneOffset(window.timeZone))
  return [new Date(start).toISOString().slice(0, 16), new Date(end).toISOString().slice(0, 16)]
}

function hoursOf({ start, end }: Period): number {
  return (end - start) / hourMs
}

const zones = [
  'UTC',
  'Europe/Berlin',
  'America/New_York',
  'Asia/Kathmandu',
  'Australia/Lord_Howe',
  'Pacific/Chatham',
  'Antarctica/Troll',
  // Clocks change at midnight: days that do not begin at 0:00, or begin twice.
  'America/Sao_Paulo',
  'Asia/Beirut',
  'America/Havana',
  // Left out a whole day, and changes for a month each year.
  'Pacific/Apia',
  'Africa/Casablanca',
]

describe('a calendar period', () => {
  const berlin = 'Europe/Berlin'
  it.each([
    [
      'a month with summer time',
      calendar(1, 'M', berlin, '2026-01-01 00:00:00'),
      '2026-07-14T10:00:00Z',
      '2026-06-30T22:00',
      '2026-07-31T22:00',
    ],
    [
      'a month in which clocks change',
      calendar(1, 'M', berlin, '2026-01-01 00:00:00'),
      '2026-03-20T10:00:00Z',
      '2026-02-28T23:00',
      '2026-03-31T22:00',
    ],
    [
      'the first instant of a month',
      calendar(1, 'M', berlin, '2026-01-01 00:00:00'),
      '2026-07-31T22:00:00Z',
      '2026-07-31T22:00',
      '2026-08-31T22:00',
    ],
    [
      'the last instant of a month',
      calendar(1, 'M', berlin, '2026-01-01 00:00:00'),
      '2026-07-31T21:59:59.999Z',
      '2026-06-30T22:00',
      '2026-07-31T22:00',
    ],
    [
      'a time before the first period',
      calendar(1, 'M', berlin, '2026-01-01 00:00:00'),
      '2024-02-10T00:00:00Z',
      '2024-01-31T23:00',
      '2024-02-29T23:00',
    ],
    [
      'a quarter',
      calendar(1, 'Q', 'America/New_York', '2026-01-01 00:00:00'),
      '2026-05-01T00:00:00Z',
      '2026-04-01T04:00',
      '2026-07-01T04:00',
    ],
    [
      'a leap year',
      calendar(1, 'Y', 'UTC', '2020-01-01 00:00:00'),
      '2024-12-31T23:59:00Z',
      '2024-01-01T00:00',
      '2025-01-01T00:00',
    ],
    [
      'two weeks',
      calendar(2, 'w', 'UTC', '2026-01-05 00:00:00'),
      '2026-02-01T00:00:00Z',
      '2026-01-19T00:00',
      '2026-02-02T00:00',
    ],
    [
      'a day at a quarter to six',
      calendar(1, 'd', 'Asia/Kathmandu', '2026-01-01 00:00:00'),
      '2026-06-15T18:20:00Z',
      '2026-06-15T18:15',
      '2026-06-16T18:15',
    ],
    [
      'months from the 31st, where there is none',
      calendar(1, 'M', 'UTC', '2026-01-31 06:00:00'),
      '2026-04-01T00:00:00Z',
      '2026-03-31T06:00',
      '2026-04-30T06:00',
    ],
    [
      'and where there is one again',
      calendar(1, 'M', 'UTC', '2026-01-31 06:00:00'),
      '2026-05-31T06:00:00Z',
      '2026-05-31T06:00',
      '2026-06-30T06:00',
    ],
    [
      'years from a 29 February',
      calendar(1, 'Y', 'UTC', '2024-02-29 00:00:00'),
      '2026-01-01T00:00:00Z',
      '2025-02-28T00:00',
      '2026-02-28T00:00',
    ],
    [
      'years from a start before 1970',
      calendar(1, 'Y', 'UTC', '1969-12-31 18:00:00'),
      '2026-12-31T17:00:00Z',
      '2025-12-31T18:00',
      '2026-12-31T18:00',
    ],
    [
      'six hours, which clocks do not move',
      calendar(6, 'h', berlin, '2026-01-01 00:00:00'),
      '2026-07-01T00:00:00Z',
      '2026-06-30T23:00',
      '2026-07-01T05:00',
    ],
    [
      'ninety minutes',
      calendar(90, 'm', 'UTC', '2026-01-01 00:00:00'),
      '2025-12-31T23:59:00Z',
      '2025-12-31T22:30',
      '2026-01-01T00:00',
    ],
  ])('is right for %s', (_, window, at, start, end) => {
    expect(period(window, at)).toEqual([start, end])
  })

  it.each([
    ['Europe/Berlin', '2026-03-29T12:00:00Z', 23],
    ['Europe/Berlin', '2026-10-25T12:00:00Z', 25],
    ['America/New_York', '2026-03-08T12:00:00Z', 23],
    ['America/New_York', '2026-11-01T12:00:00Z', 25],
    ['Australia/Lord_Howe', '2026-10-04T01:00:00Z', 23.5],
    ['Australia/Lord_Howe', '2026-04-05T01:00:00Z', 24.5],
    ['Antarctica/Troll', '2026-03-29T12:00:00Z', 22],
    ['America/Sao_Paulo', '2018-11-04T12:00:00Z', 23],
    ['America/Havana', '2026-11-01T12:00:00Z', 25],
    ['Pacific/Apia', '2011-12-30T09:00:00Z', 24],
  ])('of a day in %s around %s has %d hours', (timeZone, at, hours) => {
    const window = calendar(1, 'd', timeZone, '2010-01-01 00:00:00')
    expect(hoursOf(periodAt(window, Date.parse(at), zoneOffset(timeZone)))).toBe(hours)
  })

  it('that starts at a time which clocks skip starts as long after midnight as ever', () => {
    const window = calendar(1, 'd', berlin, '2026-01-01 02:30:00')
    expect(period(window, '2026-03-29T12:00:00Z')).toEqual(['2026-03-29T01:30', '2026-03-30T00:30'])
  })

  it('that starts at a time which happens twice starts at the first', () => {
    const window = calendar(1, 'd', berlin, '2026-01-01 02:30:00')
    expect(period(window, '2026-10-25T12:00:00Z')).toEqual(['2026-10-25T00:30', '2026-10-26T01:30'])
  })

  const windows = fc
    .record({
      count: fc.integer({ min: 1, max: 3 }),
      unit: fc.constantFrom('d' as const, 'w' as const, 'M' as const, 'Q' as const, 'Y' as const),
      timeZone: fc.constantFrom(...zones),
      date: fc.date({ min: new Date('1999-01-01'), max: new Date('2027-12-31'), noInvalidDate: true }),
      clock: fc.constantFrom(
        '00:00:00',
        '00:30:00',
        '01:00:00',
        '02:00:00',
        '02:30:00',
        '03:15:00',
        '23:59:59',
      ),
    })
    .map(({ count, unit, timeZone, date, clock }) =>
      calendar(count, unit, timeZone, `${date.toISOString().slice(0, 10)} ${clock}`),
    )
  const instants = fc.date({ min: new Date('2000-01-01'), max: new Date('2037-12-31'), noInvalidDate: true })
  const units = fc.constantFrom('m' as const, 'h' as const)

  it('is the one that trial finds', () => {
    fc.assert(
      fc.property(windows, instants, (window, instant) => {
        const found = periodAt(window, instant.getTime(), zoneOffset(window.timeZone))
        expect(found).toEqual(periodByTrial(window, instant.getTime()))
      }),
      { numRuns: 150 },
    )
  })

  it('contains its instant, and the next one begins where it ends', () => {
    const anyWindow = fc.oneof(
      windows,
      fc
        .tuple(windows, units, fc.integer({ min: 1, max: 100 }))
        .map(([window, unit, count]) => calendar(count, unit, window.timeZone, window.startTime)),
    )
    fc.assert(
      fc.property(anyWindow, instants, (window, date) => {
        const offset = zoneOffset(window.timeZone)
        const instant = date.getTime()
        const { start, end } = periodAt(window, instant, offset)
        expect(start <= instant && instant < end).toBe(true)
        expect(periodAt(window, start, offset)).toEqual({ start, end })
        expect(periodAt(window, end - 1, offset)).toEqual({ start, end })
        expect(periodAt(window, end, offset).start).toBe(end)
        expect(periodAt(window, start - 1, offset).end).toBe(start)
      }),
      { numRuns: 200 },
    )
  })

  it('begins when the clocks of its zone show so, also on every day on which they change', () => {
    for (const timeZone of zones) {
      const offset = zoneOffset(timeZone)
      const window = calendar(1, 'd', timeZone, '2026-01-01 00:00:00')
      const first = Date.parse('2018-01-01T12:00:00Z')
      const changes = Array.from({ length: 366 }, (_, n) => first + n * dayMs).filter(
        (noon) => offset(noon) !== offset(noon - dayMs),
      )
      for (const noon of changes) {
        const { start } = periodAt(window, noon, offset)
        const date = new Date(noon + offset(noon)).toISOString().slice(0, 10)
        expect(start).toBe(firstInstantOf(`${date} 00:00:00`, timeZone))
      }
    }
  })
})

describe('the offset of a zone', () => {
  it('is what its clocks show beyond UTC, to the millisecond', () => {
    expect(zoneOffset('Asia/Kathmandu')(Date.parse('2026-06-15T12:00:00.123Z'))).toBe(20_700_000)
    expect(zoneOffset('America/New_York')(Date.parse('2026-01-15T12:00:00Z'))).toBe(-5 * hourMs)
    expect(zoneOffset('UTC')(-1)).toBe(0)
  })

  it('does not exist for a zone that does not', () => {
    expect(() => zoneOffset('Mars/Olympus_Mons')).toThrow(RangeError)
  })
})
