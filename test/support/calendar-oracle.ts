/** Calendar periods by trial: candidates for an instant are formatted by Intl and compared with what is wanted. */
import type { TimeWindow } from '../../src/objectives/objective.ts'

type CalendarWindow = Extract<TimeWindow, { kind: 'calendar' }>

interface Wall {
  readonly year: number
  readonly month: number
  readonly day: number
  readonly clock: string
}

const quarterHour = 900_000

/** What clocks of the zone show, `2026-06-15 12:00:00`. Sorts as time does while clocks are not set back. */
function wallClock(timeZone: string): (instant: number) => string {
  const format = new Intl.DateTimeFormat('sv-SE', { timeZone, dateStyle: 'short', timeStyle: 'medium' })
  return (instant) => format.format(instant)
}

function spell({ year, month, day, clock }: Wall): string {
  const two = (value: number): string => String(value).padStart(2, '0')
  return `${year}-${two(month)}-${two(day)} ${clock}`
}

/**
 * The first instant that shows the time; where clocks skip it, the instant that would have shown it had they not
 * been changed. Zones have kept to quarters of an hour since 1975.
 */
export function firstInstantOf(wanted: string, timeZone: string): number {
  const show = wallClock(timeZone)
  const asUtc = Date.parse(`${wanted.replace(' ', 'T')}Z`)
  const candidates = Array.from({ length: 129 }, (_, i) => asUtc + (i - 64) * quarterHour)
  const exact = candidates.find((instant) => show(instant) === wanted)
  if (exact !== undefined) return exact
  const next = candidates.findIndex((instant) => show(instant) > wanted)
  const before = candidates[next - 1] ?? Number.NaN
  const shown = Date.parse(`${show(before).replace(' ', 'T')}Z`)
  return before + (asUtc - shown)
}

function isLeap(year: number): boolean {
  return (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0
}

function daysIn(year: number, month: number): number {
  return month === 2 ? (isLeap(year) ? 29 : 28) : [4, 6, 9, 11].includes(month) ? 30 : 31
}

/** Day by day, month by month: as one counts on a paper calendar. */
function later(start: Wall, window: CalendarWindow, n: number): Wall {
  const steps = n * window.count
  if (window.unit === 'd' || window.unit === 'w') {
    const days = window.unit === 'w' ? steps * 7 : steps
    const date = new Date(Date.UTC(start.year, start.month - 1, start.day + days))
    return {
      ...start,
      year: date.getUTCFullYear(),
      month: date.getUTCMonth() + 1,
      day: date.getUTCDate(),
    }
  }
  const months = steps * ({ M: 1, Q: 3, Y: 12 }[window.unit as 'M' | 'Q' | 'Y'] ?? Number.NaN)
  const index = start.year * 12 + (start.month - 1) + months
  const [year, month] = [Math.floor(index / 12), (index % 12) + 1]
  return { ...start, year, month, day: Math.min(start.day, daysIn(year, month)) }
}

/** The period of a window in days, weeks, months, quarters or years that contains the instant. */
export function periodByTrial(window: CalendarWindow, instant: number): { start: number; end: number } {
  const [date = '', clock = ''] = window.startTime.split(' ')
  const [year = 0, month = 0, day = 0] = date.split('-').map(Number)
  const boundary = (n: number): number =>
    firstInstantOf(spell(later({ year, month, day, clock }, window, n)), window.timeZone)
  const guess = Math.round((instant - Date.UTC(year, month - 1, day)) / window.durationMs)
  for (let away = 0; away < 20; away++) {
    for (const n of [guess + away, guess - away]) {
      const [start, end] = [boundary(n), boundary(n + 1)]
      if (start <= instant && instant < end) return { start, end }
    }
  }
  throw new Error(`no period of ${window.text} in ${window.timeZone} contains ${instant}`)
}
