/** Alerts on an objective's error budget: what pages, what opens a ticket, and what they say. */
import { type AlertWindow, alertPlan, factorFraction, keepFiringMs } from '../objectives/alert-windows.ts'
import { formatDuration } from '../objectives/duration.ts'
import type { Objective } from '../objectives/objective.ts'
import { type AlertExpressions, byCounters, byEngine } from './alert-expressions.ts'
import { type BudgetAlertKind, budgetAlertLabels, budgetAnnotations, type Links } from './alert-text.ts'
import { exhausted, halfBudget, halfBudgetOf, tierAlert } from './budget-alert-kinds.ts'
import { scaleDecimal } from './decimal.ts'
import { isEventRatio } from './objective-expressions.ts'
import type { Expr } from './promql.ts'
import { alertNames, ruleGroups } from './rule-conventions.ts'
import { type AlertRule, type RuleGroup, templateText } from './rule-file.ts'

const humanRatio = '{{ $value | humanizePercentage }}'

interface AlertText {
  readonly summary: string
  readonly description: string
}

function budgetAlert(
  objective: Objective,
  links: Links,
  alert: string,
  kind: BudgetAlertKind,
  expr: Expr,
  text: AlertText,
): AlertRule {
  const labels = Object.entries(budgetAlertLabels(objective, kind))
  return {
    alert,
    expr,
    ...(kind.severity === 'page' ? { keep_firing_for: formatDuration(keepFiringMs) } : {}),
    labels: Object.fromEntries(labels.map(([label, value]) => [label, templateText(value)])),
    annotations: budgetAnnotations(links, alert, objective, kind, text),
  }
}

/** `99.95 % over 30d`. */
function promise(objective: Objective): string {
  return `${objective.target.percent} % over ${templateText(objective.window.text)}`
}

function burnAlert(objective: Objective, tier: AlertWindow, links: Links, expr: Expr): AlertRule {
  const { over, under } = factorFraction(tier, objective.window.durationMs)
  const factor = scaleDecimal('1', over, under, 3)
  const spentIn = formatDuration((tier.longMs * 100) / tier.budgetPercent)
  return budgetAlert(objective, links, tierAlert(tier.id), tier, expr, {
    summary: `burns its error budget (burn rate over ${factor})`,
    description:
      `Over the last ${formatDuration(tier.longMs)} ${humanRatio} of the events were bad. ` +
      `The objective is ${promise(objective)}; at this rate its budget is spent in ${spentIn} or less.`,
  })
}

function halfBudgetAlert(objective: Objective, links: Links, expr: Expr): AlertRule {
  const { longMs, budgetPercent } = halfBudget
  return budgetAlert(objective, links, alertNames.halfBudget, halfBudget, expr, {
    summary: `spent over ${budgetPercent} % of its error budget in an hour`,
    description: `More than ${budgetPercent} % of the budget went within ${formatDuration(longMs)}. The objective is ${promise(objective)}.`,
  })
}

/** The last resort for slow burns and rare events, which no window of the tiers sees: the budget is gone. */
function exhaustedAlert(objective: Objective, links: Links, expr: Expr): AlertRule {
  return budgetAlert(objective, links, alertNames.exhausted, exhausted(objective), expr, {
    summary: 'has overspent its error budget',
    description: `${humanRatio} of the budget is left. The objective is ${promise(objective)}.`,
  })
}

function alertsBy(expressions: AlertExpressions, objective: Objective, links: Links): readonly AlertRule[] {
  const { windows } = alertPlan(objective.window.durationMs, objective)
  const rules = windows.map((tier) => burnAlert(objective, tier, links, expressions.burn(tier)))
  if (halfBudgetOf(objective)) rules.push(halfBudgetAlert(objective, links, expressions.halfBudget()))
  return [...rules, exhaustedAlert(objective, links, expressions.exhausted())]
}

/** The alert group of an objective: a rule a tier, so that routes and inhibitions can tell the tiers apart. */
export function alertGroup(objective: Objective, links: Links): RuleGroup {
  const expressions = isEventRatio(objective) ? byCounters(objective) : byEngine(objective)
  return { name: ruleGroups.alerts(objective.id), rules: alertsBy(expressions, objective, links) }
}

/** The same alerts with the same labels, by what the engine says in event time. */
export function eventTimeAlertGroup(objective: Objective, links: Links): RuleGroup {
  return {
    name: ruleGroups.eventTime(objective.id),
    rules: alertsBy(byEngine(objective), objective, links),
  }
}
