/** Calendar periods in a time zone: months that start at local midnight, also where clocks change. */
import type { TimeWindow } from './objective.ts'

type CalendarWindow = Extract<TimeWindow, { kind: 'calendar' }>

const minuteMs = 60_000
const fixedUnitMs = { m: minuteMs, h: 60 * minuteMs }
const dayMs = 24 * 60 * minuteMs

/** Offsets of a zone, with the formatter made once. */
export type ZoneOffset = (instant: number) => number

/** Offset from UTC at an instant, ms. Throws RangeError for an unknown zone. */
export function zoneOffset(timeZone: string): ZoneOffset {
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  })
  return (instant) => {
    const parts: Record<string, number> = {}
    for (const part of format.formatToParts(instant)) parts[part.type] = Number(part.value)
    const local = Date.UTC(
      parts['year'] ?? 0,
      (parts['month'] ?? 1) - 1,
      parts['day'],
      parts['hour'],
      parts['minute'],
      parts['second'],
    )
    return local - Math.floor(instant / 1000) * 1000
  }
}

/**
 * The instant of a local time. A time that clocks skip is read with the offset before the gap; of a time that
 * happens twice, the first is taken.
 */
export function instantOf(local: number, offset: ZoneOffset): number {
  const early = local - offset(local - dayMs)
  const late = local - offset(local + dayMs)
  // Before and after a change of clocks, one of the two is consistent with itself.
  if (early + offset(early) === local) return early
  if (late + offset(late) === local) return late
  return early
}

/** `YYYY-MM-DD HH:MM:SS` as if it were UTC, ms. */
function localParts(startTime: string): number {
  const [date = '', clock = '00:00:00'] = startTime.split(' ')
  const [year = 1970, month = 1, day = 1] = date.split('-').map(Number)
  const [hour = 0, minute = 0, second = 0] = clock.split(':').map(Number)
  return Date.UTC(year, month - 1, day, hour, minute, second)
}

/** Local start time plus `n` periods. Days past the end of a month are cut to its last day. */
function localPlus(start: number, window: CalendarWindow, n: number): number {
  const steps = n * window.count
  if (window.unit === 'd') return start + steps * dayMs
  if (window.unit === 'w') return start + steps * 7 * dayMs
  const months = window.unit === 'M' ? steps : window.unit === 'Q' ? steps * 3 : steps * 12
  const from = new Date(start)
  const monthStart = Date.UTC(from.getUTCFullYear(), from.getUTCMonth() + months, 1)
  const nextMonth = new Date(monthStart)
  const lastDay = new Date(Date.UTC(nextMonth.getUTCFullYear(), nextMonth.getUTCMonth() + 1, 0)).getUTCDate()
  const clock = start % dayMs
  return monthStart + (Math.min(from.getUTCDate(), lastDay) - 1) * dayMs + (clock < 0 ? clock + dayMs : clock)
}

export interface Period {
  readonly start: number
  readonly end: number
}

/** The period that contains `instant` (epoch ms); periods also run backwards from the first one. */
export function periodAt(window: CalendarWindow, instant: number, offset: ZoneOffset): Period {
  const first = localParts(window.startTime)
  if (window.unit === 'm' || window.unit === 'h') {
    const length = window.count * fixedUnitMs[window.unit]
    const origin = instantOf(first, offset)
    const start = origin + Math.floor((instant - origin) / length) * length
    return { start, end: start + length }
  }
  const boundary = (n: number): number => instantOf(localPlus(first, window, n), offset)
  let n = Math.floor((instant - boundary(0)) / window.durationMs)
  while (boundary(n) > instant) n--
  while (boundary(n + 1) <= instant) n++
  return { start: boundary(n), end: boundary(n + 1) }
}
