/**
 * What keeps a few failures from waking somebody: of the last half hour the worst minute is left out, and what is left
 * must fail more than the objective allows, by more than chance explains. A blip that is over leaves nothing behind; few
 * failures among few events are chance; an outage that goes on passes as soon as it has outlasted the minute.
 */
import { finestMs } from '../indicators/tally.ts'
import type { ObjectiveState } from './objective-state.ts'
import { type Row, readWindow } from './window-reading.ts'

/** Rules in Prometheus are made of the same numbers. */
export const pageGuard = {
  /** At most so much is looked at; a tier with a shorter long window looks at that. */
  windowMs: 30 * 60_000,
  /** What is left out: no blip lasts longer. In whole buckets of 10 s, into which 40 s fit wherever they begin. */
  burstMs: 50_000,
  /** How far the failures must be from what is allowed, in standard deviations: by chance less than one time in a hundred. */
  sigmas: 2.5,
} as const

/** The stretch that is looked at for a tier with this long window, ms. */
export function guardWindowMs(longMs: number): number {
  return Math.min(longMs, pageGuard.windowMs)
}

/**
 * Slices are stretches of time themselves, and one bad one is held back by the minimum of bad ones. Whoever sets that
 * minimum to 1 wants to be woken by a single failure.
 */
export function isGuarded({ objective, countsSlices }: ObjectiveState): boolean {
  return !countsSlices && objective.minBadEvents > 1
}

/** Bad events in the worst stretch of `burstMs` that lies in [from, to). */
function worstBurst(rows: readonly Row[], from: number, to: number): number {
  const recent: number[] = []
  let sum = 0
  let worst = 0
  for (let at = from; at < to; at += finestMs) {
    const bad = rows.reduce((all, { counted }) => all + counted.window(at, at + finestMs).bad, 0)
    recent.push(bad)
    sum += bad
    if (recent.length > pageGuard.burstMs / finestMs) sum -= recent.shift() ?? 0
    worst = Math.max(worst, sum)
  }
  return worst
}

/**
 * Distance of the failures outside of the worst burst from what the objective allows, in standard deviations. Roots of
 * counts have the same spread whatever the count (variance 1/4), so that two roots can be compared directly.
 */
export function sigmasAbove(bad: number, allowed: number): number {
  return 2 * (Math.sqrt(Math.max(0, bad)) - Math.sqrt(Math.max(0, allowed)))
}

/** Whether the failures of the last `longMs` before `at` go on, and are more than chance. */
export function goesOn(state: ObjectiveState, rows: readonly Row[], at: number, longMs: number): boolean {
  const to = Math.ceil(at / finestMs) * finestMs
  const from = Math.floor((at - guardWindowMs(longMs)) / finestMs) * finestMs
  const reading = readWindow(state, rows, from, to, false)
  const allowed = reading.rows.reduce(
    (sum, { row, counts }) => sum + ((counts.good + counts.bad) * row.budget.units) / row.budget.scale,
    0,
  )
  // Most of the time nothing is in doubt: then the bursts need not be looked for.
  if (sigmasAbove(reading.counts.bad, allowed) <= pageGuard.sigmas) return false
  const rest = reading.counts.bad - worstBurst(rows, from, to)
  return sigmasAbove(rest, allowed) > pageGuard.sigmas
}
