/** Error budget arithmetic on whole counts: the only division is the last step. */
import type { Counts } from '../indicators/tally.ts'

/** A decimal as a fraction of whole numbers: `0.0005` is 5/10000. */
export interface Fraction {
  readonly units: number
  readonly scale: number
}

/** A decimal text such as `0.0005` (at most 15 digits in all). */
export function fraction(decimal: string): Fraction {
  const [whole = '0', decimals = ''] = decimal.split('.')
  return { units: Number(whole + decimals), scale: 10 ** decimals.length }
}

/** Share of good events; 1 where there are none. */
export function goodRatio(counts: Counts): number {
  const total = counts.good + counts.bad
  return total === 0 ? 1 : counts.good / total
}

export function errorRatio(counts: Counts): number {
  const total = counts.good + counts.bad
  return total === 0 ? 0 : counts.bad / total
}

/** How many times faster than allowed the budget is spent; 1 spends it exactly over the period. 0 without events. */
export function burnRate(counts: Counts, budget: Fraction): number {
  const total = counts.good + counts.bad
  return total === 0 ? 0 : (counts.bad * budget.scale) / (total * budget.units)
}

/** What is left of the period's budget: 1 is untouched, 0 spent, negative overspent. */
export function budgetRemaining(counts: Counts, budget: Fraction): number {
  const total = counts.good + counts.bad
  if (total === 0) return 1
  return (total * budget.units - counts.bad * budget.scale) / (total * budget.units)
}
