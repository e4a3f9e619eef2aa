/** Instants of audit records, parsed without Date.parse: several times faster and strict. */

const DAY_MS = 86_400_000

/** Days since 1970-01-01 of a proleptic Gregorian date. */
function daysFromCivil(year: number, month: number, day: number): number {
  const y = month <= 2 ? year - 1 : year
  const era = Math.floor(y / 400)
  const yearOfEra = y - era * 400
  const dayOfYear = Math.floor((153 * (month + (month > 2 ? -3 : 9)) + 2) / 5) + day - 1
  const dayOfEra = yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear
  return era * 146_097 + dayOfEra - 719_468
}

/** Two digits at `at`; NaN for anything else. */
function two(text: string, at: number): number {
  const tens = text.charCodeAt(at) - 48
  const ones = text.charCodeAt(at + 1) - 48
  return tens >= 0 && tens <= 9 && ones >= 0 && ones <= 9 ? tens * 10 + ones : Number.NaN
}

/** Offset from UTC in ms for the text from `at`: `Z`, `+01:00`, `-0500`; empty means UTC. NaN if malformed. */
function offsetMs(text: string, at: number): number {
  const left = text.length - at
  if (left === 0) return 0
  const sign = text.charCodeAt(at)
  if (left === 1) return sign === 90 || sign === 122 ? 0 : Number.NaN
  if (sign !== 43 && sign !== 45) return Number.NaN
  const colon = text.charCodeAt(at + 3) === 58 ? 1 : 0
  if (left !== 5 + colon) return Number.NaN
  const hours = two(text, at + 1)
  const minutes = two(text, at + 3 + colon)
  if (!(hours <= 23 && minutes <= 59)) return Number.NaN
  return (sign === 43 ? 1 : -1) * (hours * 60 + minutes) * 60_000
}

const MONTH_DAYS = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]

/** Epoch ms of a UTC date and time; NaN for days that do not exist. `month` is 1 to 12. */
export function utcInstant(year: number, month: number, day: number, secondOfDay: number): number {
  if (!(month >= 1 && month <= 12 && day >= 1 && day <= (MONTH_DAYS[month - 1] ?? 0))) return Number.NaN
  if (month === 2 && day === 29 && !(year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0)))
    return Number.NaN
  return daysFromCivil(year, month, day) * DAY_MS + secondOfDay * 1000
}

/**
 * Epoch ms of an RFC 3339 text; tolerates what providers write: any number of fractional digits (cut to ms),
 * a space for the `T`, no zone (UTC), `+0000`. NaN for anything else, also for days that do not exist.
 */
export function parseInstant(text: string): number {
  if (text.length < 19) return Number.NaN
  const year = two(text, 0) * 100 + two(text, 2)
  const month = two(text, 5)
  const day = two(text, 8)
  const hour = two(text, 11)
  const minute = two(text, 14)
  const second = two(text, 17)
  const separator = text.charCodeAt(10)
  const shaped =
    text.charCodeAt(4) === 45 &&
    text.charCodeAt(7) === 45 &&
    (separator === 84 || separator === 116 || separator === 32) &&
    text.charCodeAt(13) === 58 &&
    text.charCodeAt(16) === 58
  if (!shaped || !(hour <= 23 && minute <= 59 && second <= 60)) return Number.NaN
  let at = 19
  let millis = 0
  if (text.charCodeAt(at) === 46) {
    let scale = 100
    at++
    const start = at
    for (let digit = text.charCodeAt(at) - 48; digit >= 0 && digit <= 9; digit = text.charCodeAt(++at) - 48) {
      millis += digit * scale
      scale = scale >= 10 ? scale / 10 : 0
    }
    if (at === start) return Number.NaN
  }
  return utcInstant(year, month, day, (hour * 60 + minute) * 60 + second) + millis - offsetMs(text, at)
}
