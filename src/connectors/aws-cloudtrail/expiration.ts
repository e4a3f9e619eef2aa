/** The expiration of issued credentials, which AWS services write in three ways. */
import { parseInstant, utcInstant } from '../../events/time.ts'
import type { JsonValue } from '../connector.ts'
import { text } from '../fields.ts'

const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']

/** Numbers of a text from left to right; NaN when there are no more. */
class Numbers {
  readonly #text: string
  at: number

  constructor(text: string, start: number) {
    this.#text = text
    this.at = start
  }

  next(): number {
    const text = this.#text
    let at = this.at
    while (at < text.length && !isDigit(text.charCodeAt(at))) at++
    if (at === text.length) return Number.NaN
    let value = 0
    for (; isDigit(text.charCodeAt(at)); at++) value = value * 10 + text.charCodeAt(at) - 48
    this.at = at
    return value
  }
}

function isDigit(code: number): boolean {
  return code >= 48 && code <= 57
}

/** 24-hour hour of a 12-hour clock; an absent AM/PM means that it is one already. */
function hour24(hour: number, meridiem: string): number {
  if (meridiem === 'AM') return hour === 12 ? 0 : hour
  if (meridiem === 'PM') return hour === 12 ? 12 : hour + 12
  return meridiem === '' ? hour : Number.NaN
}

/** `Oct 2, 2019 11:12:29 PM` and `Jul 10, 2023, 12:31:14 PM`: English, UTC. NaN for anything else. */
function parseEnglish(value: string): number {
  const month = months.indexOf(value.slice(0, 3)) + 1
  const numbers = new Numbers(value, 3)
  const day = numbers.next()
  const year = numbers.next()
  const hour = numbers.next()
  const minute = numbers.next()
  const second = numbers.next()
  // Newer Java writes a narrow no-break space before AM and PM, which trim() takes for white space, too.
  const clock = hour24(hour, value.slice(numbers.at).trim())
  const isValid = clock <= 23 && minute <= 59 && second <= 60 && year >= 2000
  return isValid ? utcInstant(year, month, day, (clock * 60 + minute) * 60 + second) : Number.NaN
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
