/** What recording rules and alerts of an objective both ask of Prometheus. */
import { formatDuration } from '../objectives/duration.ts'
import type { Objective } from '../objectives/objective.ts'
import { guardWindowMs, pageGuard } from '../objectives/page-guard.ts'
import { objectiveMetrics } from './conventions.ts'
import { labels } from './labels.ts'
import {
  aggregate,
  anyOf,
  atLeastZero,
  compare,
  type Expr,
  larger,
  maximumOver,
  multiply,
  number,
  or,
  over,
  select,
  squareRoot,
  subtract,
  vector,
} from './promql.ts'
import { records, slothLabels } from './rule-conventions.ts'

/**
 * Whether the error ratio is a plain ratio of counted events. Time slices and composites weigh events otherwise, and
 * exclusions take back what counters have counted: there the ratio is read from the engine's gauge instead.
 */
export function isEventRatio(objective: Objective): boolean {
  const hasExclusions = (objective.exclusions ?? []).length > 0
  return objective.budgeting.method === 'Occurrences' && objective.sli !== undefined && !hasExclusions
}

/** The counter of good and bad events; excluded ones are in no ratio. */
export function judgedEvents(objective: Objective): Expr {
  return select(objectiveMetrics.events.name, {
    [labels.objective]: objective.id,
    [labels.verdict]: anyOf(['good', 'bad']),
  })
}

/** How many events were judged in a window; nothing when the counter is absent. */
export function judgedIn(objective: Objective, windowMs: number): Expr {
  return aggregate('sum', over('increase', judgedEvents(objective), formatDuration(windowMs)))
}

/**
 * How many events were bad in a window; nothing when the counter is absent. `increase` only ever rounds the
 * difference of the window's samples up, so that a guard `>= n` lets through whatever shows n bad events.
 */
export function badIn(objective: Objective, windowMs: number): Expr {
  const bad = select(objectiveMetrics.events.name, {
    [labels.objective]: objective.id,
    [labels.verdict]: 'bad',
  })
  return aggregate('sum', over('increase', bad, formatDuration(windowMs)))
}

/** A burst of failures shows in counters for its length and the time between two scrapes, which is taken to be this. */
const scrapeMs = 30_000
const guardStep = '10s'

/**
 * How far the failures that are no burst are from what is allowed, in standard deviations: objectives/page-guard.ts, by
 * counters. Where they are scraped too seldom to see a burst, none is left out.
 */
export function lastingErrors(objective: Objective, windowMs: number): Expr {
  const burst = badIn(objective, pageGuard.burstMs + scrapeMs)
  // Steps of a window are aligned: what came since the last of them is only in the burst up to now.
  const worst = or(larger(maximumOver(burst, formatDuration(windowMs), guardStep), burst), vector('0'))
  const lasting = atLeastZero(subtract(badIn(objective, windowMs), worst))
  const allowed = multiply(judgedIn(objective, windowMs), number(objective.target.budget))
  return multiply(number('2'), subtract(squareRoot(lasting), squareRoot(allowed)))
}

/** Whether a page may go out for a tier with this long window; undefined where the objective has no guard. */
export function lasts(objective: Objective, longMs: number): Expr | undefined {
  if (objective.minBadEvents <= 1) return undefined
  const record = records.lastingErrors(formatDuration(guardWindowMs(longMs)))
  return compare(aggregate('max', recorded(objective, record)), '>', String(pageGuard.sigmas))
}

/** A recorded series of the objective; its id says which. @param more further matchers, such as the window */
export function recorded(objective: Objective, record: string, more: Record<string, string> = {}): Expr {
  return select(record, { [slothLabels.id]: objective.id, ...more })
}

/** The recorded error ratio of one window, without labels. */
export function recordedErrorRatio(objective: Objective, windowMs: number): Expr {
  const window = formatDuration(windowMs)
  return aggregate(
    'max',
    recorded(objective, records.sliErrorRatio(window), { [slothLabels.window]: window }),
  )
}

/** Events of the whole period, as recorded. @param verdict one of them; both without it */
export function periodEvents(objective: Objective, verdict?: 'good' | 'bad'): Expr {
  const only = verdict === undefined ? {} : { [labels.verdict]: verdict }
  return aggregate('sum', recorded(objective, records.periodEvents, only))
}

/** `count >= minBadEvents` in the window: one failure among few events is no outage, and silence is none either. */
export function enoughBad(objective: Objective, windowMs: number): Expr {
  return compare(badIn(objective, windowMs), '>=', String(objective.minBadEvents))
}
