/** Which alerts an objective has: the burn-rate tiers of its plan, and the two that count against the whole period. */
import { alertPlan, canPage } from '../objectives/alert-windows.ts'
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

/** Undefined where nothing may page, and where the period is no longer than the hour. */
export function halfBudgetOf(objective: Objective): typeof halfBudget | undefined {
  return canPage(objective) && objective.window.durationMs > halfBudget.longMs ? halfBudget : undefined
}

/** What says most first: each says all that those after it say of the same objective. */
export const tiersBySpeed: readonly AlertReading['id'][] = [
  'page-half-budget',
  'page-quick',
  'page-sustained',
  'page-slow',
  'ticket-quick',
  'ticket-slow',
  'ticket-exhausted',
]

/** The name of a tier's alert. */
export function tierAlert(id: string): string {
  return id === 'page-sustained' ? alertNames.sustained : alertNames.burn
}

/** Name and kind of an alert by the engine's id of it; undefined for a tier that the objective's plan does not have. */
export function budgetAlertKind(
  objective: Objective,
  id: AlertReading['id'],
): { readonly alert: string; readonly kind: BudgetAlertKind } | undefined {
  if (id === halfBudget.id) {
    const kind = halfBudgetOf(objective)
    return kind && { alert: alertNames.halfBudget, kind }
  }
  if (id === 'ticket-exhausted') return { alert: alertNames.exhausted, kind: exhausted(objective) }
  const { windows } = alertPlan(objective.window.durationMs, objective)
  const kind = windows.find((tier) => tier.id === id)
  return kind && { alert: tierAlert(id), kind }
}
