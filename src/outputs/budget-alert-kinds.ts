/** Which alerts an objective has: the burn-rate tiers of its plan, and the two that count against the whole period. */
import { alertPlan } from '../objectives/alert-windows.ts'
import type { AlertReading } from '../objectives/evaluate.ts'
import type { Objective } from '../objectives/objective.ts'
import type { BudgetAlertKind } from './alert-text.ts'
import { alertNames } from './rule-conventions.ts'

/** More than this share of the budget in one hour pages at once, whether or not the failures go on. */
export const halfBudget = {
  id: 'page-half-budget',
  severity: 'page',
  longMs: 3_600_000,
  budgetPercent: 50,
} as const satisfies BudgetAlertKind & { budgetPercent: number }

export function exhausted(objective: Objective): BudgetAlertKind {
  return { id: 'ticket-exhausted', severity: 'ticket', longMs: objective.window.durationMs }
}

/** What says most first: each says all that those after it say of the same objective. */
export const tiersBySpeed: readonly AlertReading['id'][] = [
  'page-half-budget',
  'page-quick',
  'page-slow',
  'ticket-quick',
  'ticket-slow',
  'ticket-exhausted',
]

/** Name and kind of an alert by the engine's id of it; undefined for a tier that the objective's plan does not have. */
export function budgetAlertKind(
  objective: Objective,
  id: AlertReading['id'],
): { readonly alert: string; readonly kind: BudgetAlertKind } | undefined {
  if (id === halfBudget.id) {
    const hasOne = objective.window.durationMs > halfBudget.longMs
    return hasOne ? { alert: alertNames.halfBudget, kind: halfBudget } : undefined
  }
  if (id === 'ticket-exhausted') return { alert: alertNames.exhausted, kind: exhausted(objective) }
  const { windows } = alertPlan(objective.window.durationMs, objective.alertTiers)
  const kind = windows.find((tier) => tier.id === id)
  return kind && { alert: alertNames.burn, kind }
}
