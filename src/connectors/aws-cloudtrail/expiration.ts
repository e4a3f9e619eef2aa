/** The expiration of issued credentials, which AWS services write in three ways. */
import { parseInstant } from '../../events/time.ts'
import type { JsonValue } from '../connector.ts'
import { text } from '../fields.ts'

const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']

/** The next number at or after `from`, and where it ends. */
function nextNumber(value: string, from: number): { readonly number: number; readonly end: number } {
  let start = from
  while (start < value.length && !(value.charCodeAt(start) >= 48 && value.charCodeAt(start) <= 57)) start++
  let end = start
  while (value.charCodeAt(end) >= 48 && value.charCodeAt(end) <= 57) end++
  return { number: start === end ? Number.NaN : Number(value.slice(start, end)), end }
}

/** 24-hour hour of a 12-hour clock; an absent AM/PM means that it is one already. */
function hour24(hour: number, meridiem: string): number {
  if (meridiem === 'AM') return hour === 12 ? 0 : hour
  if (meridiem === 'PM') return hour === 12 ? 12 : hour + 12
  return meridiem === '' ? hour : Number.NaN
}

/** `Oct 2, 2019 11:12:29 PM` and `Jul 10, 2023, 12:31:14 PM`: English, UTC. NaN for anything else. */
function parseEnglish(value: string): number {
  const month = months.indexOf(value.slice(0, 3))
  const day = nextNumber(value, 3)
  const year = nextNumber(value, day.end)
  const hour = nextNumber(value, year.end)
  const minute = nextNumber(value, hour.end)
  const second = nextNumber(value, minute.end)
  // Newer Java writes a narrow no-break space before AM and PM, which trim() takes for white space, too.
  const clock = hour24(hour.number, value.slice(second.end).trim())
  const isValid =
    month >= 0 && clock <= 23 && minute.number <= 59 && second.number <= 60 && year.number >= 2000
  if (!isValid) return Number.NaN
  const instant = Date.UTC(year.number, month, day.number, clock, minute.number, second.number)
  return new Date(instant).getUTCDate() === day.number ? instant : Number.NaN
}

/** Epoch ms; NaN where it cannot be read. RFC 3339 is what IAM Roles Anywhere writes. */
export function parseExpiration(value: string): number {
  const first = value.charCodeAt(0)
  return first >= 48 && first <= 57 ? parseInstant(value) : parseEnglish(value)
}

export interface Lifetime {
  readonly expiresAt?: number | undefined
  readonly ttlSeconds?: number | undefined
}

const unknown: Lifetime = {}

/**
 * Lifetime of credentials issued at `issuedAt` (epoch ms). An expiration that is not after it contradicts the
 * record, so that nothing is said at all; `requestedSeconds` counts only where no expiration can be read.
 */
export function lifetimeOf(
  issuedAt: number,
  expiration: JsonValue | undefined,
  requestedSeconds: number | undefined,
): Lifetime {
  const written = text(expiration)
  const expiresAt = written === undefined ? Number.NaN : parseExpiration(written)
  if (!Number.isNaN(expiresAt))
    return expiresAt > issuedAt ? { expiresAt, ttlSeconds: (expiresAt - issuedAt) / 1000 } : unknown
  return requestedSeconds !== undefined && requestedSeconds > 0 ? { ttlSeconds: requestedSeconds } : unknown
}
