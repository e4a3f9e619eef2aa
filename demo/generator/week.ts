/** The week that the logs are about, and its daily and weekly shapes. */
import type { Random } from '../../src/simulation/random.ts'

export const second = 1000
export const minute = 60 * second
export const hour = 60 * minute
export const day = 24 * hour

/** A Monday, 00:00 UTC; the end is exclusive. */
export const weekStart = Date.UTC(2026, 10, 9)
export const weekEnd = weekStart + 7 * day

/** `at('Thu', '09:40:07')`, UTC. */
export function at(weekday: 'Mon' | 'Tue' | 'Wed' | 'Thu' | 'Fri' | 'Sat' | 'Sun', clock: string): number {
  const days = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'].indexOf(weekday)
  return Date.parse(`${new Date(weekStart + days * day).toISOString().slice(0, 10)}T${clock}Z`)
}

/** Demand relative to its daytime level. */
export type Shape = (time: number) => number

function hourOf(time: number): number {
  return ((time - weekStart) % day) / hour
}

function isWeekend(time: number): boolean {
  return Math.floor((time - weekStart) / day) >= 5
}

/** Shoppers: quiet at night, a long day with an evening peak, busier at weekends. */
export const shopping: Shape = (time) => {
  const h = hourOf(time)
  const daytime = 0.5 + 0.5 * Math.cos(((h - 15) / 12) * Math.PI)
  const evening = 0.35 * Math.exp(-((h - 19.5) ** 2) / 4)
  return (0.18 + 0.75 * daytime + evening) * (isWeekend(time) ? 1.15 : 1)
}

/** Pipelines: when developers work. */
export const working: Shape = (time) => {
  const h = hourOf(time)
  if (h < 6.5 || h > 19) return 0.03
  const lunch = 0.3 * Math.exp(-((h - 12.3) ** 2))
  return (isWeekend(time) ? 0.06 : 1) * (Math.sin(((h - 6.5) / 12.5) * Math.PI) - lunch)
}

/** Batch: 01:00 to 04:00, with a tail of late reports. */
export const nightly: Shape = (time) => {
  const h = hourOf(time)
  return h >= 1 && h < 4 ? 1 : h >= 4 && h < 6 ? 0.2 : 0.01
}

/** Caches that refresh by the clock, whatever the demand. */
export const steady: Shape = () => 1

/** Instants of a stream with `perHour` at shape 1, in order. */
export function* instants(random: Random, perHour: number, shape: Shape): Generator<number> {
  const slot = 10 * minute
  for (let start = weekStart; start < weekEnd; start += slot) {
    const expected = (perHour * shape(start + slot / 2) * slot) / hour
    const count = Math.floor(expected + random.next())
    // A minute short of the slot: what is retried stays within the week.
    const drawn = Array.from({ length: count }, () => start + random.below(slot - minute))
    yield* drawn.sort((a, b) => a - b)
  }
}
