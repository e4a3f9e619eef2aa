/** OpenSLO's duration-shorthand: a positive whole number and one of m h d w M Q Y. */

const MINUTE = 60_000
const DAY = 86_400_000

const durationUnits = ['m', 'h', 'd', 'w', 'M', 'Q', 'Y'] as const
type DurationUnit = (typeof durationUnits)[number]

/** M, Q and Y in their nominal lengths of 30, 90 and 365 days. */
const unitMs: Readonly<Record<DurationUnit, number>> = {
  m: MINUTE,
  h: 60 * MINUTE,
  d: DAY,
  w: 7 * DAY,
  M: 30 * DAY,
  Q: 90 * DAY,
  Y: 365 * DAY,
}

/** Longer windows are a mistake, not an objective. */
const maxMs = 10 * 365 * DAY

export interface Shorthand {
  readonly count: number
  readonly unit: DurationUnit
  readonly ms: number
  readonly text: string
}

export const shorthandForm = 'a positive whole number and one of m h d w M Q Y, such as 30d or 1M, up to 10Y'

function isUnit(text: string | undefined): text is DurationUnit {
  return durationUnits.some((unit) => unit === text)
}

/** Undefined for anything else, also for 0 and for more than ten years. */
export function parseShorthand(text: string): Shorthand | undefined {
  const match = /^([1-9]\d{0,7})([a-zA-Z])$/.exec(text)
  const unit = match?.[2]
  if (!match || !isUnit(unit)) return undefined
  const count = Number(match[1])
  const ms = count * unitMs[unit]
  return ms <= maxMs ? { count, unit, ms, text } : undefined
}
