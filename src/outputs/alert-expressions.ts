/** When an alert of an objective fires, read from counters, or from what the engine says in event time. */
import { type AlertTier, factorFraction } from '../objectives/alert-windows.ts'
import { formatDuration } from '../objectives/duration.ts'
import type { Objective } from '../objectives/objective.ts'
import { halfBudget } from './budget-alert-kinds.ts'
import { objectiveMetrics } from './conventions.ts'
import { scaleDecimal } from './decimal.ts'
import { labels } from './labels.ts'
import {
  badIn,
  enoughBad,
  lasts,
  periodEvents,
  recorded,
  recordedErrorRatio,
} from './objective-expressions.ts'
import { aggregate, and, compare, divide, type Expr, multiply, number, select } from './promql.ts'
import { records } from './rule-conventions.ts'

/** Each gives a value where the alert fires, and nothing else. */
export interface AlertExpressions {
  /** The error ratio of the long window. */
  readonly burn: (tier: AlertTier) => Expr
  /** The share of the budget that the last hour took, or its error ratio. */
  readonly halfBudget: () => Expr
  /** The budget that is left. */
  readonly exhausted: () => Expr
}

/** Error ratio that spends `budgetPercent` of the budget in a window: budget × percent × period ÷ window. */
function limitOf(objective: Objective, tier: Pick<AlertTier, 'budgetPercent' | 'longMs'>): string {
  const { over, under } = factorFraction(tier, objective.window.durationMs)
  return scaleDecimal(objective.target.budget, over, under)
}

/** Only of objectives whose error ratio is one of counted events. */
export function byCounters(objective: Objective): AlertExpressions {
  const guarded = (longMs: number, ...conditions: readonly Expr[]): Expr => {
    const guard = lasts(objective, longMs)
    return and(...conditions, enoughBad(objective, longMs), ...(guard ? [guard] : []))
  }
  return {
    burn: (tier) => {
      const limit = limitOf(objective, tier)
      const windows = [
        compare(recordedErrorRatio(objective, tier.longMs), '>', limit),
        compare(recordedErrorRatio(objective, tier.shortMs), '>', limit),
      ]
      return tier.severity === 'page'
        ? guarded(tier.longMs, ...windows)
        : and(...windows, enoughBad(objective, tier.longMs))
    },
    halfBudget: () => {
      const { longMs, budgetPercent } = halfBudget
      const allowed = compare(multiply(periodEvents(objective), number(objective.target.budget)), '>', '0')
      const coverage = aggregate('max', recorded(objective, records.periodCoverage))
      const share = divide(multiply(badIn(objective, longMs), coverage), allowed)
      return guarded(longMs, compare(share, '>', scaleDecimal('1', budgetPercent, 100)))
    },
    exhausted: () =>
      and(
        compare(aggregate('max', recorded(objective, records.periodErrorBudgetRemaining)), '<', '0'),
        compare(periodEvents(objective, 'bad'), '>=', String(objective.minBadEvents)),
      ),
  }
}

/** Of any objective: late records, exclusions, slices and composites are in what the engine says. */
export function byEngine(objective: Objective): AlertExpressions {
  const own = { [labels.objective]: objective.id }
  const gauge = (name: string, more: Record<string, string>): Expr =>
    aggregate('max', select(name, { ...own, ...more }))
  const firing = (tier: string): Expr =>
    compare(gauge(objectiveMetrics.alertFiring.name, { [labels.tier]: tier }), '>', '0')
  const ratioOver = (windowMs: number): Expr =>
    gauge(objectiveMetrics.sliErrorRatio.name, { [labels.window]: formatDuration(windowMs) })
  return {
    burn: ({ id, longMs }) => and(ratioOver(longMs), firing(id)),
    halfBudget: () => and(ratioOver(halfBudget.longMs), firing(halfBudget.id)),
    exhausted: () => and(gauge(objectiveMetrics.errorBudgetRemaining.name, {}), firing('ticket-exhausted')),
  }
}
