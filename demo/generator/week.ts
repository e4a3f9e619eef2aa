/** The week that the logs are about, and instants in it. */
import type { Random } from '../../src/simulation/random.ts'
import type { Shape } from '../../src/simulation/shapes.ts'

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
