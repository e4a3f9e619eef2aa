/** Rules against a count by hand, and against the examples that RFC 5545 gives (3.8.5.3). */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseRecurrenceRule } from '../../../src/objectives/definitions/exclusions/recurrence-rule.ts'
import { type Recurrence, RecurringDays } from '../../../src/objectives/exclusions/recurrence.ts'

const dayMs = 86_400_000

function dayOf(date: string): number {
  return Date.parse(`${date}T00:00:00Z`) / dayMs
}

function dateOf(day: number): string {
  return new Date(day * dayMs).toISOString().slice(0, 10)
}

function rule(text: string): Recurrence {
  const parsed = parseRecurrenceRule(text, (message) => {
    throw new Error(message)
  })
  if (parsed === undefined) throw new Error(text)
  return parsed.recurrence
}

function dates(text: string, start: string, from: string, to: string): readonly string[] {
  return [...new RecurringDays(rule(text), dayOf(start)).between(dayOf(from), dayOf(to))].map(dateOf)
}

describe('the days of a rule', () => {
  const start = '1997-09-02'
  it.each([
    ['FREQ=DAILY', start, ['1997-09-02', '1997-09-03', '1997-09-04']],
    ['FREQ=DAILY;INTERVAL=10', start, ['1997-09-02', '1997-09-12', '1997-09-22', '1997-10-02']],
    ['FREQ=WEEKLY', start, ['1997-09-02', '1997-09-09', '1997-09-16']],
    ['FREQ=WEEKLY;WKST=SU;BYDAY=TU,TH', start, ['1997-09-02', '1997-09-04', '1997-09-09', '1997-09-11']],
    [
      'FREQ=WEEKLY;INTERVAL=2;WKST=SU;BYDAY=MO,WE,FR',
      '1997-09-01',
      ['1997-09-01', '1997-09-03', '1997-09-05', '1997-09-15', '1997-09-17', '1997-09-19', '1997-09-29'],
    ],
    ['FREQ=MONTHLY;BYDAY=1FR', '1997-09-05', ['1997-09-05', '1997-10-03', '1997-11-07', '1997-12-05']],
    [
      'FREQ=MONTHLY;INTERVAL=2;BYDAY=1SU,-1SU',
      '1997-09-07',
      ['1997-09-07', '1997-09-28', '1997-11-02', '1997-11-30', '1998-01-04', '1998-01-25'],
    ],
    ['FREQ=MONTHLY;BYDAY=-2MO', '1997-09-22', ['1997-09-22', '1997-10-20', '1997-11-17', '1997-12-22']],
    ['FREQ=MONTHLY;BYMONTHDAY=-3', '1997-09-28', ['1997-09-28', '1997-10-29', '1997-11-28', '1997-12-29']],
    ['FREQ=MONTHLY;BYMONTHDAY=1,-1', '1997-09-30', ['1997-09-30', '1997-10-01', '1997-10-31', '1997-11-01']],
    ['FREQ=MONTHLY;BYDAY=FR;BYMONTHDAY=13', start, ['1998-02-13', '1998-03-13', '1998-11-13', '1999-08-13']],
    [
      'FREQ=MONTHLY;BYDAY=SA;BYMONTHDAY=7,8,9,10,11,12,13',
      '1997-09-13',
      ['1997-09-13', '1997-10-11', '1997-11-08', '1997-12-13', '1998-01-10'],
    ],
    ['FREQ=MONTHLY;BYDAY=TU,WE,TH;BYSETPOS=3', '1997-09-04', ['1997-09-04', '1997-10-07', '1997-11-06']],
    [
      'FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-2',
      '1997-09-29',
      ['1997-09-29', '1997-10-30', '1997-11-27'],
    ],
    ['FREQ=YEARLY;BYMONTH=6,7', '1997-06-10', ['1997-06-10', '1997-07-10', '1998-06-10', '1998-07-10']],
    [
      'FREQ=YEARLY;INTERVAL=2;BYMONTH=1,2,3',
      '1997-03-10',
      ['1997-03-10', '1999-01-10', '1999-02-10', '1999-03-10'],
    ],
    ['FREQ=YEARLY;BYDAY=20MO', '1997-05-19', ['1997-05-19', '1998-05-18', '1999-05-17']],
    [
      'FREQ=YEARLY;BYMONTH=3;BYDAY=TH',
      '1997-03-13',
      ['1997-03-13', '1997-03-20', '1997-03-27', '1998-03-05'],
    ],
    [
      'FREQ=YEARLY;INTERVAL=4;BYMONTH=11;BYDAY=TU;BYMONTHDAY=2,3,4,5,6,7,8',
      '1996-11-05',
      ['1996-11-05', '2000-11-07', '2004-11-02'],
    ],
    [
      'FREQ=WEEKLY;INTERVAL=2;BYDAY=TU,SU;WKST=MO',
      '1997-08-05',
      ['1997-08-05', '1997-08-10', '1997-08-19', '1997-08-24'],
    ],
    [
      'FREQ=WEEKLY;INTERVAL=2;BYDAY=TU,SU;WKST=SU',
      '1997-08-05',
      ['1997-08-05', '1997-08-17', '1997-08-19', '1997-08-31'],
    ],
    [
      'FREQ=MONTHLY;BYMONTHDAY=15,30',
      '2007-01-15',
      ['2007-01-15', '2007-01-30', '2007-02-15', '2007-03-15', '2007-03-30'],
    ],
    ['FREQ=MONTHLY', '2026-01-31', ['2026-01-31', '2026-03-31', '2026-05-31']],
    ['FREQ=YEARLY', '2024-02-29', ['2024-02-29', '2028-02-29']],
  ])('%s from %s are those that the standard names', (text, first, expected) => {
    const last = expected.at(-1) ?? first
    expect(dates(text, first, first, last)).toEqual(expected)
  })

  const weekday = fc.record({
    weekday: fc.nat(6),
    nth: fc.constantFrom(undefined, undefined, 1, 2, 5, -1, -2, 20, -30),
  })
  const rules: fc.Arbitrary<Recurrence> = fc.record({
    frequency: fc.constantFrom('DAILY' as const, 'WEEKLY' as const, 'MONTHLY' as const, 'YEARLY' as const),
    interval: fc.integer({ min: 1, max: 5 }),
    byMonth: fc.oneof(fc.constant([]), fc.uniqueArray(fc.integer({ min: 1, max: 12 }), { maxLength: 4 })),
    byMonthDay: fc.oneof(
      fc.constant([]),
      fc.uniqueArray(fc.constantFrom(1, 13, 28, 29, 30, 31, -1, -7, -31), { maxLength: 4 }),
    ),
    byDay: fc.oneof(fc.constant([]), fc.array(weekday, { maxLength: 4 })),
    bySetPos: fc.oneof(fc.constant([]), fc.uniqueArray(fc.constantFrom(1, 2, -1, -3), { maxLength: 2 })),
    weekStart: fc.nat(6),
  })

  it('are those that a day-by-day look at the calendar finds, in any stretch of time', () => {
    const starts = fc.integer({ min: dayOf('1995-01-01'), max: dayOf('2035-01-01') })
    fc.assert(
      fc.property(rules, starts, fc.nat(3000), fc.nat(800), (given, start, after, length) => {
        // Numbered weekdays belong to months and years.
        const isLong = given.frequency === 'MONTHLY' || given.frequency === 'YEARLY'
        const byDay = isLong ? given.byDay : given.byDay.map((each) => ({ ...each, nth: undefined }))
        const recurrence = { ...given, byDay }
        const from = start + after - 100
        const found = [...new RecurringDays(recurrence, start).between(from, from + length)]
        expect(found.map(dateOf)).toEqual(byHand(recurrence, start, from, from + length).map(dateOf))
      }),
      { numRuns: 300 },
    )
  })

  it('are counted from the first one, and none is found where none is', () => {
    const second = new RecurringDays(rule('FREQ=MONTHLY;BYDAY=2SU'), dayOf('2026-01-20'))
    expect(dateOf(second.nth(1, dayOf('2030-01-01')) ?? 0)).toBe('2026-02-08')
    expect(dateOf(second.nth(3, dayOf('2030-01-01')) ?? 0)).toBe('2026-04-12')
    const never = new RecurringDays(rule('FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30'), dayOf('2026-01-20'))
    expect(never.nth(1, dayOf('2226-01-20'))).toBeUndefined()
  })
})

interface Day {
  readonly day: number
  readonly year: number
  readonly month: number
  readonly date: number
  readonly weekday: number
}

function look(day: number): Day {
  const date = new Date(day * dayMs)
  return {
    day,
    year: date.getUTCFullYear(),
    month: date.getUTCMonth() + 1,
    date: date.getUTCDate(),
    weekday: (date.getUTCDay() + 6) % 7,
  }
}

/** One calendar for all: a look at each day costs more than the rest. */
const calendar = Array.from({ length: dayOf('2050-01-01') - dayOf('1990-01-01') }, (_, i) =>
  look(dayOf('1990-01-01') + i),
)

/** Name of the period that holds a day. */
function periodOf(rule: Recurrence, { day, year, month, weekday }: Day): number {
  if (rule.frequency === 'DAILY') return day
  if (rule.frequency === 'WEEKLY') return Math.floor((day - ((weekday - rule.weekStart + 7) % 7)) / 7)
  return rule.frequency === 'MONTHLY' ? year * 12 + month : year
}

function byHand(rule: Recurrence, start: number, from: number, to: number): readonly number[] {
  const first = look(start)
  const saysDay = rule.byMonthDay.length + rule.byDay.length > 0
  const sameMonthDay = rule.frequency === 'MONTHLY' || rule.frequency === 'YEARLY'
  const near = calendar.filter(({ day }) => day >= from - 800 && day <= to + 800)
  const nthOf = (each: Day): readonly [fromStart: number, fromEnd: number] => {
    const byYear = rule.frequency === 'YEARLY' && rule.byMonth.length === 0
    const same = near.filter(
      (other) =>
        other.weekday === each.weekday && other.year === each.year && (byYear || other.month === each.month),
    )
    const index = same.findIndex(({ day }) => day === each.day)
    return [index + 1, index - same.length]
  }
  const fits = (each: Day): boolean => {
    const daysInMonth = new Date(Date.UTC(each.year, each.month, 0)).getUTCDate()
    if (rule.byMonth.length > 0 && !rule.byMonth.includes(each.month)) return false
    if (rule.byMonthDay.length > 0) {
      const isOne = rule.byMonthDay.some((n) => (n > 0 ? n : daysInMonth + 1 + n) === each.date)
      if (!isOne) return false
    }
    if (rule.byDay.length > 0) {
      const isOne = rule.byDay.some(
        ({ weekday, nth }) => weekday === each.weekday && (nth === undefined || nthOf(each).includes(nth)),
      )
      if (!isOne) return false
    }
    if (saysDay || rule.frequency === 'DAILY') return true
    if (sameMonthDay && each.date !== first.date) return false
    if (rule.frequency === 'WEEKLY') return each.weekday === first.weekday
    return rule.frequency !== 'YEARLY' || rule.byMonth.length > 0 || each.month === first.month
  }
  const inPeriods = near.filter((each) => {
    const apart = periodOf(rule, each) - periodOf(rule, first)
    return apart % rule.interval === 0 && fits(each)
  })
  return inPeriods
    .filter((each) => {
      if (rule.bySetPos.length === 0) return true
      const set = inPeriods.filter((other) => periodOf(rule, other) === periodOf(rule, each))
      const index = set.indexOf(each)
      return rule.bySetPos.some((n) => (n > 0 ? n - 1 : set.length + n) === index)
    })
    .map(({ day }) => day)
    .filter((day) => day >= Math.max(from, start) && day <= to)
}
