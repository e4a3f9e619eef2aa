import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { zoneOffset } from '../../../src/objectives/calendar.ts'
import { type Recurrence, RecurringDays } from '../../../src/objectives/exclusions/recurrence.ts'
import { once, RecurringSchedule } from '../../../src/objectives/exclusions/schedule.ts'
import { firstInstantOf } from '../../support/calendar-oracle.ts'

const hour = 3_600_000
const day = 24 * hour

const daily: Recurrence = {
  frequency: 'DAILY',
  interval: 1,
  byMonth: [],
  byMonthDay: [],
  byDay: [],
  bySetPos: [],
  weekStart: 0,
}

function schedule(
  timeZone: string,
  clock: string,
  durationMs: number,
  rule: Recurrence = daily,
  start = '2026-01-01',
  until = Number.POSITIVE_INFINITY,
) {
  const first = Date.parse(`${start}T00:00:00Z`) / day
  const clockMs = Date.parse(`1970-01-01T${clock}Z`)
  return new RecurringSchedule({
    days: new RecurringDays(rule, first),
    clockMs,
    durationMs,
    offset: zoneOffset(timeZone),
    until,
  })
}

function spelled(spans: readonly { from: number; to: number }[]): readonly string[] {
  return spans.map(({ from, to }) => `${new Date(from).toISOString().slice(0, 16)} ${(to - from) / hour} h`)
}

function between(from: string, to: string): readonly [number, number] {
  return [Date.parse(from), Date.parse(to)]
}

describe('a window that happens once', () => {
  it('is found where it overlaps, and not where it only touches', () => {
    const one = once(100, 50)
    expect(one.spans(0, 100)).toEqual([])
    expect(one.spans(0, 101)).toEqual([{ from: 100, to: 150 }])
    expect(one.spans(149, 200)).toEqual([{ from: 100, to: 150 }])
    expect(one.spans(150, 200)).toEqual([])
  })
})

describe('a recurring window', () => {
  it('begins at the same time of day before and after clocks change, and lasts as long', () => {
    const berlin = schedule('Europe/Berlin', '22:00:00', 4 * hour)
    expect(spelled(berlin.spans(...between('2026-03-28T00:00Z', '2026-03-30T12:00Z')))).toEqual([
      '2026-03-27T21:00 4 h',
      '2026-03-28T21:00 4 h',
      '2026-03-29T20:00 4 h',
    ])
    const autumn = spelled(berlin.spans(...between('2026-10-24T12:00Z', '2026-10-25T23:00Z')))
    expect(autumn).toEqual(['2026-10-24T20:00 4 h', '2026-10-25T21:00 4 h'])
  })

  it('begins behind the gap where clocks skip its time, and at the first of two where they show it twice', () => {
    const gap = schedule('Europe/Berlin', '02:30:00', hour)
    expect(spelled(gap.spans(...between('2026-03-29T00:00Z', '2026-03-29T12:00Z')))).toEqual([
      '2026-03-29T01:30 1 h',
    ])
    expect(spelled(gap.spans(...between('2026-10-25T00:00Z', '2026-10-25T12:00Z')))).toEqual([
      '2026-10-25T00:30 1 h',
    ])
  })

  it('ends with the last one that may begin', () => {
    const until = Date.parse('2026-01-03T02:00:00Z')
    const three = schedule('UTC', '02:00:00', hour, daily, '2026-01-01', until)
    expect(three.spans(0, Date.parse('2030-01-01')).map(({ from }) => new Date(from).getUTCDate())).toEqual([
      1, 2, 3,
    ])
  })

  it('is found years after its start without counting up to there', () => {
    const days = new RecurringDays(daily, 0)
    let looked = 0
    const between = (from: number, to: number) => {
      looked += to - from
      return days.between(from, to)
    }
    const recurring = new RecurringSchedule({
      days: { between },
      clockMs: 0,
      durationMs: hour,
      offset: zoneOffset('UTC'),
      until: Number.POSITIVE_INFINITY,
    })
    const later = Date.parse('2026-06-01T00:00:00Z')
    expect(recurring.spans(later, later + 10 * day)).toHaveLength(10)
    for (let minutes = 0; minutes < 600; minutes++)
      recurring.spans(later + minutes * 60_000, later + 10 * day)
    expect(looked).toBeLessThan(40)
  })

  it('is the same whatever was asked before, and as a clock on the wall shows it', () => {
    const zones = ['Europe/Berlin', 'America/New_York', 'Australia/Lord_Howe', 'Asia/Kathmandu', 'UTC']
    const newYear = Date.parse('2026-01-01T00:00:00Z')
    const asks = fc.array(fc.tuple(fc.nat(2000 * 24), fc.integer({ min: 1, max: 100 * 24 })), {
      minLength: 1,
      maxLength: 6,
    })
    const minutes = fc.integer({ min: 0, max: 1439 })
    const durations = fc.constantFrom(60_000, hour, 30 * hour, 10 * day)
    fc.assert(
      fc.property(fc.constantFrom(...zones), minutes, durations, asks, (zone, minute, durationMs, all) => {
        const clock = `${String(Math.floor(minute / 60)).padStart(2, '0')}:${String(minute % 60).padStart(2, '0')}:00`
        const weekly = { ...daily, frequency: 'WEEKLY' as const, interval: 2 }
        const asked = schedule(zone, clock, durationMs, weekly)
        for (const [hours, length] of all) {
          const [from, to] = [newYear + hours * hour, newYear + (hours + length) * hour]
          const expected: { from: number; to: number }[] = []
          for (let date = newYear; date < to + 3 * day; date += 14 * day) {
            const start = firstInstantOf(`${new Date(date).toISOString().slice(0, 10)} ${clock}`, zone)
            if (start < to && start + durationMs > from)
              expected.push({ from: start, to: start + durationMs })
          }
          expect(asked.spans(from, to)).toEqual(expected)
        }
      }),
      { numRuns: 25 },
    )
  })
})
