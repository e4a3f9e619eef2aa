/** What recording rules and alerts of an objective both ask of Prometheus. */
import { formatDuration } from '../objectives/duration.ts'
import type { Objective } from '../objectives/objective.ts'
import { objectiveMetrics } from './conventions.ts'
import { labels } from './labels.ts'
import { aggregate, anyOf, compare, type Expr, over, select } from './promql.ts'
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
