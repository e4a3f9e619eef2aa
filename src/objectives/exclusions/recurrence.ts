/** The days of a recurrence rule (RFC 5545, 3.3.10), on a calendar without clocks or zones. */

export type Frequency = 'DAILY' | 'WEEKLY' | 'MONTHLY' | 'YEARLY'

/** Monday is 0. `nth`: of the month or year, from its end where negative; every one where undefined. */
export interface RuleWeekday {
  readonly weekday: number
  readonly nth: number | undefined
}

/** Empty lists restrict nothing. */
export interface Recurrence {
  readonly frequency: Frequency
  readonly interval: number
  readonly byMonth: readonly number[]
  /** From the end of the month where negative. */
  readonly byMonthDay: readonly number[]
  readonly byDay: readonly RuleWeekday[]
  /** Which of the days of each period, from its end where negative. */
  readonly bySetPos: readonly number[]
  /** Monday is 0. */
  readonly weekStart: number
}

const dayMs = 86_400_000

/** A date of the calendar; `day` counts from 1970-01-01. */
interface CalendarDay {
  readonly day: number
  readonly month: number
  readonly monthDay: number
  readonly daysInMonth: number
}

/** 1 January of year 0, and so on: months that count on over years. */
function firstOfMonth(months: number): number {
  return Date.UTC(Math.floor(months / 12), months - Math.floor(months / 12) * 12, 1) / dayMs
}

function monthOf(day: number): number {
  const date = new Date(day * dayMs)
  return date.getUTCFullYear() * 12 + date.getUTCMonth()
}

/** Monday is 0; 1970-01-01 was a Thursday. */
function weekdayOf(day: number): number {
  return (((day + 3) % 7) + 7) % 7
}

function calendarDay(day: number): CalendarDay {
  const months = monthOf(day)
  const first = firstOfMonth(months)
  return {
    day,
    month: months - Math.floor(months / 12) * 12 + 1,
    monthDay: day - first + 1,
    daysInMonth: firstOfMonth(months + 1) - first,
  }
}

function daysOfMonth(months: number): readonly CalendarDay[] {
  const first = calendarDay(firstOfMonth(months))
  return Array.from({ length: first.daysInMonth }, (_, i) => ({
    ...first,
    day: first.day + i,
    monthDay: i + 1,
  }))
}

/** What the rule leaves to the first day: the weekday of a weekly rule, the date of a yearly one. */
function completed(rule: Recurrence, start: CalendarDay): Recurrence {
  const { frequency, byMonth, byMonthDay, byDay } = rule
  if (byMonthDay.length > 0 || byDay.length > 0 || frequency === 'DAILY') return rule
  if (frequency === 'WEEKLY') return { ...rule, byDay: [{ weekday: weekdayOf(start.day), nth: undefined }] }
  const isWholeYear = frequency === 'YEARLY' && byMonth.length === 0
  return { ...rule, byMonthDay: [start.monthDay], byMonth: isWholeYear ? [start.month] : byMonth }
}

/** `first` and `last` day of what an `nth` weekday counts in. */
function isWeekday(rules: readonly RuleWeekday[], day: number, first: number, last: number): boolean {
  return rules.some(({ weekday, nth }) => {
    if (weekdayOf(day) !== weekday) return false
    if (nth === undefined) return true
    const fromStart = Math.floor((day - first) / 7) + 1
    const fromEnd = -(Math.floor((last - day) / 7) + 1)
    return nth === fromStart || nth === fromEnd
  })
}

/** The days of a rule that begins at a day, in any stretch of time: found there, not by counting from the beginning. */
export class RecurringDays {
  readonly #rule: Recurrence
  readonly #start: CalendarDay

  /** `start` counts from 1970-01-01. */
  constructor(rule: Recurrence, start: number) {
    this.#start = calendarDay(start)
    this.#rule = completed(rule, this.#start)
  }

  /** Number of the period, after the first one, that holds the day: every `interval` is one of the rule. */
  #periodOf(day: number): number {
    const { frequency, interval } = this.#rule
    if (frequency === 'DAILY') return Math.floor((day - this.#start.day) / interval)
    if (frequency === 'WEEKLY') return Math.floor((day - this.#firstWeek) / 7 / interval)
    const months = frequency === 'MONTHLY' ? interval : 12 * interval
    return Math.floor((monthOf(day) - this.#firstMonth) / months)
  }

  get #firstWeek(): number {
    return this.#start.day - ((weekdayOf(this.#start.day) - this.#rule.weekStart + 7) % 7)
  }

  /** The start's month, or January of its year. */
  get #firstMonth(): number {
    const month = monthOf(this.#start.day)
    return this.#rule.frequency === 'MONTHLY' ? month : month - (month % 12)
  }

  #candidates(period: number): readonly CalendarDay[] {
    const { frequency, interval } = this.#rule
    if (frequency === 'DAILY') return [calendarDay(this.#start.day + period * interval)]
    if (frequency === 'WEEKLY') {
      const first = this.#firstWeek + period * interval * 7
      return Array.from({ length: 7 }, (_, i) => calendarDay(first + i))
    }
    if (frequency === 'MONTHLY') return daysOfMonth(this.#firstMonth + period * interval)
    const january = this.#firstMonth + period * interval * 12
    return Array.from({ length: 12 }, (_, month) => daysOfMonth(january + month)).flat()
  }

  #daysOf(period: number): readonly number[] {
    const { frequency, byMonth, byMonthDay, byDay, bySetPos } = this.#rule
    const candidates = this.#candidates(period)
    // In a yearly rule without months, "the second Sunday" is that of the year.
    const isByYear = frequency === 'YEARLY' && byMonth.length === 0
    const firstOfAll = candidates[0]?.day ?? 0
    const lastOfAll = candidates.at(-1)?.day ?? 0
    const days = candidates.filter(({ day, month, monthDay, daysInMonth }) => {
      if (byMonth.length > 0 && !byMonth.includes(month)) return false
      const fromEnd = monthDay - daysInMonth - 1
      if (byMonthDay.length > 0 && !byMonthDay.includes(monthDay) && !byMonthDay.includes(fromEnd))
        return false
      const first = isByYear ? firstOfAll : day - monthDay + 1
      const last = isByYear ? lastOfAll : day - monthDay + daysInMonth
      return byDay.length === 0 || isWeekday(byDay, day, first, last)
    })
    if (bySetPos.length === 0) return days.map(({ day }) => day)
    return days
      .filter((_, i) => bySetPos.includes(i + 1) || bySetPos.includes(i - days.length))
      .map(({ day }) => day)
  }

  /** All days of the rule in [from, to], in order; none before its start. */
  *between(from: number, to: number): Generator<number> {
    const begin = Math.max(from, this.#start.day)
    if (begin > to) return
    const last = this.#periodOf(to)
    for (let period = this.#periodOf(begin); period <= last; period++)
      for (const day of this.#daysOf(period)) if (day >= begin && day <= to) yield day
  }

  /** The day of the `count`th occurrence, or the last there is up to `limit`; undefined if there is none. */
  nth(count: number, limit: number): number | undefined {
    let found: number | undefined
    let seen = 0
    for (const day of this.between(this.#start.day, limit)) {
      found = day
      if (++seen === count) break
    }
    return found
  }
}
