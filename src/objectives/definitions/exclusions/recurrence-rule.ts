/** The text of a recurrence rule (RFC 5545, 3.3.10): `FREQ=MONTHLY;BYDAY=2SU`. */
import type { Frequency, Recurrence, RuleWeekday } from '../../exclusions/recurrence.ts'
import { suggestion } from '../yaml/suggest.ts'

export interface RecurrenceRule {
  readonly recurrence: Recurrence
  /** How many occurrences there are, or when the last one may begin; neither: it goes on. */
  readonly count: number | undefined
  readonly until: RuleUntil | undefined
}

export interface RuleUntil {
  /** Ms as if the time were UTC. */
  readonly local: number
  readonly isUtc: boolean
}

const frequencies: readonly Frequency[] = ['DAILY', 'WEEKLY', 'MONTHLY', 'YEARLY']
const weekdays: readonly string[] = ['MO', 'TU', 'WE', 'TH', 'FR', 'SA', 'SU']
const ruleParts = [
  'FREQ',
  'INTERVAL',
  'COUNT',
  'UNTIL',
  'BYMONTH',
  'BYMONTHDAY',
  'BYDAY',
  'BYSETPOS',
  'WKST',
] as const
const timeParts = ['BYHOUR', 'BYMINUTE', 'BYSECOND']
const maxInterval = 1000
const maxCount = 10_000

type Tell = (message: string) => void

/** Whole numbers of a list, from `min` to `max` or negative down to `-max`. */
function numbers(name: string, text: string, max: number, mayBeNegative: boolean, tell: Tell): number[] {
  const values = text.split(',').map((each) => (/^[+-]?\d{1,3}$/.test(each) ? Number(each) : Number.NaN))
  const isFine = (value: number): boolean =>
    Math.abs(value) <= max && value !== 0 && (mayBeNegative || value > 0)
  if (values.every(isFine)) return values
  const negative = mayBeNegative ? `, or -1 to -${max} from the end` : ''
  tell(`${name} must be whole numbers from 1 to ${max}${negative}, with commas between; found "${text}"`)
  return []
}

function positive(name: string, text: string, max: number, tell: Tell): number | undefined {
  const value = /^\d{1,6}$/.test(text) ? Number(text) : Number.NaN
  if (value >= 1 && value <= max) return value
  tell(`${name} must be a whole number from 1 to ${max}; found "${text}"`)
  return undefined
}

function weekday(text: string): number | undefined {
  const index = weekdays.indexOf(text)
  return index < 0 ? undefined : index
}

function days(text: string, frequency: Frequency | undefined, tell: Tell): RuleWeekday[] {
  return text.split(',').flatMap((each) => {
    const match = /^([+-]?\d{1,2})?([A-Z]{2})$/.exec(each)
    const day = weekday(match?.[2] ?? '')
    const nth = match?.[1] === undefined ? undefined : Number(match[1])
    if (day === undefined || nth === 0 || Math.abs(nth ?? 1) > 53) {
      tell(
        `BYDAY must be of ${weekdays.join(', ')}, each with a number before it or none, such as 2SU or -1FR; found "${each}"`,
      )
      return []
    }
    if (nth !== undefined && frequency !== 'MONTHLY' && frequency !== 'YEARLY') {
      tell(`BYDAY may number weekdays ("${each}") with FREQ=MONTHLY and FREQ=YEARLY only`)
      return []
    }
    return [{ weekday: day, nth }]
  })
}

function until(text: string, tell: Tell): RuleUntil | undefined {
  const match = /^(\d{4})(\d\d)(\d\d)(?:T(\d\d)(\d\d)(\d\d)(Z)?)?$/.exec(text)
  const [year = 0, month = 0, day = 0, ...clock] = (match ?? []).slice(1, 7).map((part) => Number(part ?? 0))
  const date = Date.UTC(year, month - 1, day)
  const exists =
    match !== null && new Date(date).toISOString().startsWith(`${match[1]}-${match[2]}-${match[3]}`)
  const [hour = 0, minute = 0, second = 0] = clock
  if (!exists || hour > 23 || minute > 59 || second > 59) {
    tell(
      `UNTIL must be a day (20261231), a local time (20261231T235959) or one in UTC (20261231T225959Z); found "${text}"`,
    )
    return undefined
  }
  // A day is in it to its end.
  const isDay = match[4] === undefined
  const local = date + ((hour * 60 + minute) * 60 + second) * 1000 + (isDay ? 86_399_999 : 0)
  return { local, isUtc: match[7] === 'Z' }
}

/** The parts by name; tells of those that are none, and of those given twice. */
function partsOf(text: string, tell: Tell): ReadonlyMap<string, string> {
  const parts = new Map<string, string>()
  for (const part of text
    .toUpperCase()
    .replace(/^RRULE:/, '')
    .split(';')) {
    const at = part.indexOf('=')
    const name = at < 0 ? part : part.slice(0, at)
    if (timeParts.includes(name)) {
      tell(
        `${name} has no meaning here: every occurrence begins at the time of day of start; write a window for each time`,
      )
    } else if (!ruleParts.some((each) => each === name)) {
      tell(`there is no part "${name}"${suggestion(name, ruleParts)}`)
    } else if (at < 0 || part.length === at + 1) tell(`${name} has no value`)
    else if (parts.has(name)) tell(`${name} is given twice: keep one`)
    else parts.set(name, part.slice(at + 1))
  }
  return parts
}

/** Parts that a frequency has no use for. */
function tellIdle(parts: ReadonlyMap<string, string>, frequency: Frequency | undefined, tell: Tell): void {
  if (frequency === 'WEEKLY' && parts.has('BYMONTHDAY'))
    tell('BYMONTHDAY has no meaning with FREQ=WEEKLY: use FREQ=MONTHLY')
  if (parts.has('COUNT') && parts.has('UNTIL')) tell('COUNT and UNTIL exclude each other: keep one')
  const names = ['BYMONTH', 'BYMONTHDAY', 'BYDAY']
  if (parts.has('BYSETPOS') && !names.some((name) => parts.has(name)))
    tell(`BYSETPOS picks from the days of ${names.join(', ')}: give one of them`)
}

/** Undefined if something is wrong, which `tell` is told: all of it. */
export function parseRecurrenceRule(text: string, tell: Tell): RecurrenceRule | undefined {
  let isFine = true
  const refuse: Tell = (message) => {
    isFine = false
    tell(message)
  }
  const parts = partsOf(text, refuse)
  const read = <T>(name: (typeof ruleParts)[number], reader: (value: string) => T): T | undefined => {
    const value = parts.get(name)
    return value === undefined ? undefined : reader(value)
  }
  const frequency = frequencies.find((each) => each === parts.get('FREQ'))
  if (frequency === undefined) {
    const found = parts.get('FREQ')
    refuse(
      found === undefined
        ? `FREQ is missing: one of ${frequencies.join(', ')}`
        : `FREQ must not be "${found}"${suggestion(found, frequencies)}`,
    )
  }
  tellIdle(parts, frequency, refuse)
  const weekStart = read('WKST', (value) => {
    const day = weekday(value)
    if (day === undefined) refuse(`WKST must be one of ${weekdays.join(', ')}; found "${value}"`)
    return day
  })
  const rule: RecurrenceRule = {
    recurrence: {
      frequency: frequency ?? 'DAILY',
      interval: read('INTERVAL', (value) => positive('INTERVAL', value, maxInterval, refuse)) ?? 1,
      byMonth: read('BYMONTH', (value) => numbers('BYMONTH', value, 12, false, refuse)) ?? [],
      byMonthDay: read('BYMONTHDAY', (value) => numbers('BYMONTHDAY', value, 31, true, refuse)) ?? [],
      byDay: read('BYDAY', (value) => days(value, frequency, refuse)) ?? [],
      bySetPos: read('BYSETPOS', (value) => numbers('BYSETPOS', value, 366, true, refuse)) ?? [],
      weekStart: weekStart ?? 0,
    },
    count: read('COUNT', (value) => positive('COUNT', value, maxCount, refuse)),
    until: read('UNTIL', (value) => until(value, refuse)),
  }
  return isFine ? rule : undefined
}
