/**
 * Whether a change broke an objective for an application: its failures since are more than the objective allows, by more
 * than chance, and no burn that was there before explains them.
 */
import { appBucketMs, type Judged } from './app-counts.ts'
import { type Fraction, fraction } from './budget.ts'
import type { ObjectiveState } from './objective-state.ts'
import { pageGuard, sigmasAbove } from './page-guard.ts'

export const changeVerdicts = ['breach', 'burned-before', 'ok', 'no-data'] as const
export type ChangeVerdict = (typeof changeVerdicts)[number]

/** Events of one application in a stretch of time. */
export interface Stretch extends Judged {
  /** Bad events that the objective allows among so many. */
  readonly allowed: number
}

export interface GateLimits {
  /** With fewer events since the change, nothing is said. */
  readonly minEvents: number
  /** False where a single failure counts, as for pages of an objective whose minimum of bad events is 1. */
  readonly isGuarded: boolean
}

/** Two stretches of the same number of whole buckets, epoch ms; the bucket in which the change lies is in neither. */
export interface Stretches {
  readonly before: { readonly from: number; readonly to: number }
  readonly since: { readonly from: number; readonly to: number }
}

/** `until`: end of the data, epoch ms. */
export function stretchesAround(change: number, until: number): Stretches {
  const from = Math.ceil(change / appBucketMs) * appBucketMs
  const to = Math.max(from, Math.ceil(until / appBucketMs) * appBucketMs)
  const beforeTo = Math.floor(change / appBucketMs) * appBucketMs
  return { before: { from: beforeTo - (to - from), to: beforeTo }, since: { from, to } }
}

/** More than is allowed, and not a single failure. */
function isBurning({ bad, allowed }: Stretch): boolean {
  return bad >= 2 && bad > allowed
}

/** Whether the rate of failures rose by more than chance: roots of counts have the same spread whatever the count. */
function isWorse(since: Stretch, before: Stretch): boolean {
  const ratio = (since.good + since.bad) / (before.good + before.bad)
  const sigmas = (2 * (Math.sqrt(since.bad) - Math.sqrt(before.bad * ratio))) / Math.sqrt(1 + ratio)
  return sigmas > pageGuard.sigmas
}

export function judgeChange(
  since: Stretch,
  before: Stretch,
  { minEvents, isGuarded }: GateLimits,
): ChangeVerdict {
  const events = since.good + since.bad
  if (events === 0 || events < minEvents) return 'no-data'
  const isAbove = isGuarded
    ? sigmasAbove(since.bad, since.allowed) > pageGuard.sigmas
    : since.bad > since.allowed
  if (!isAbove) return 'ok'
  return isBurning(before) && !isWorse(since, before) ? 'burned-before' : 'breach'
}

/** Share of an objective's events that may be bad, for each part. With time slices, that of a slice that is still good. */
function allowances({ objective, budget, partBudgets }: ObjectiveState): readonly Fraction[] {
  if (objective.budgeting.method === 'Timeslices') {
    const { units, scale } = fraction(objective.budgeting.sliceTarget)
    const share = { units: scale - units, scale }
    return partBudgets.length === 0 ? [share] : partBudgets.map(() => share)
  }
  return partBudgets.length === 0 ? [budget] : partBudgets
}

/** What an application did in [from, to), which are whole buckets; the parts of a composite together. */
export function stretchOf(state: ObjectiveState, app: string, from: number, to: number): Stretch {
  const shares = allowances(state)
  const counts = state.apps.window(app, from, to, shares.length)
  const sum = { good: 0, bad: 0, allowed: 0 }
  counts.forEach(({ good, bad }, part) => {
    const { units, scale } = shares[part] ?? { units: 0, scale: 1 }
    sum.good += good
    sum.bad += bad
    sum.allowed += ((good + bad) * units) / scale
  })
  return sum
}

/** Slices have no minimum of bad events to switch the guard off. */
export function countsSingleFailure({ objective, countsSlices }: ObjectiveState): boolean {
  return !countsSlices && objective.minBadEvents === 1
}
