/** Alerts on an objective's error budget: what pages, what opens a ticket, and what they say. */
import { type AlertWindow, alertPlan } from '../objectives/alert-windows.ts'
import { formatDuration } from '../objectives/duration.ts'
import type { Objective } from '../objectives/objective.ts'
import { type BudgetAlertKind, budgetAlertLabels, budgetAnnotations, type Links } from './alert-text.ts'
import { exhausted, halfBudget } from './budget-alert-kinds.ts'
import { scaleDecimal } from './decimal.ts'
import {
  badIn,
  enoughBad,
  isEventRatio,
  periodEvents,
  recorded,
  recordedErrorRatio,
} from './objective-expressions.ts'
import { aggregate, and, compare, divide, type Expr, multiply, number } from './promql.ts'
import { alertNames, records, ruleGroups } from './rule-conventions.ts'
import { type AlertRule, type RuleGroup, templateText } from './rule-file.ts'

const humanRatio = '{{ $value | humanizePercentage }}'

/** Error ratio that spends `budgetPercent` of the budget in a window: budget × percent × period ÷ window. */
function limitOf(objective: Objective, tier: { budgetPercent: number; longMs: number }): string {
  return scaleDecimal(
    objective.target.budget,
    tier.budgetPercent * objective.window.durationMs,
    tier.longMs * 100,
  )
}

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
    labels: Object.fromEntries(labels.map(([label, value]) => [label, templateText(value)])),
    annotations: budgetAnnotations(links, alert, objective, kind, text),
  }
}

/** `99.95 % over 30d`. */
function promise(objective: Objective): string {
  return `${objective.target.percent} % over ${templateText(objective.window.text)}`
}

function burnAlert(objective: Objective, tier: AlertWindow, links: Links): AlertRule {
  const limit = limitOf(objective, tier)
  const factor = scaleDecimal('1', tier.budgetPercent * objective.window.durationMs, tier.longMs * 100, 3)
  const spentIn = formatDuration((tier.longMs * 100) / tier.budgetPercent)
  const expr = and(
    compare(recordedErrorRatio(objective, tier.longMs), '>', limit),
    compare(recordedErrorRatio(objective, tier.shortMs), '>', limit),
    enoughBad(objective, tier.longMs),
  )
  return budgetAlert(objective, links, alertNames.burn, tier, expr, {
    summary: `burns its error budget (burn rate over ${factor})`,
    description:
      `Over the last ${formatDuration(tier.longMs)} ${humanRatio} of the events were bad. ` +
      `The objective is ${promise(objective)}; at this rate its budget is spent in ${spentIn} or less.`,
  })
}

/**
 * Share of the period's budget that went in the last hour. Counted events are weighed by their number; for time
 * slices every hour weighs the same, and a ratio under 1 may be unable to spend so much: then there is no alert.
 */
function halfBudgetExpr(objective: Objective): Expr | undefined {
  const { longMs, budgetPercent } = halfBudget
  if (objective.window.durationMs <= longMs) return undefined
  if (!isEventRatio(objective)) {
    const limit = limitOf(objective, halfBudget)
    if (Number(limit) >= 1) return undefined
    return and(compare(recordedErrorRatio(objective, longMs), '>', limit), enoughBad(objective, longMs))
  }
  const allowed = compare(multiply(periodEvents(objective), number(objective.target.budget)), '>', '0')
  const coverage = aggregate('max', recorded(objective, records.periodCoverage))
  const share = divide(multiply(badIn(objective, longMs), coverage), allowed)
  return and(compare(share, '>', scaleDecimal('1', budgetPercent, 100)), enoughBad(objective, longMs))
}

function halfBudgetAlert(objective: Objective, links: Links): AlertRule | undefined {
  const expr = halfBudgetExpr(objective)
  if (!expr) return undefined
  const percent = `${halfBudget.budgetPercent} %`
  const measured = isEventRatio(objective)
    ? `${humanRatio} of the budget`
    : `More than ${percent} of the budget`
  return budgetAlert(objective, links, alertNames.halfBudget, halfBudget, expr, {
    summary: `spent over ${percent} of its error budget in an hour`,
    description: `${measured} went within ${formatDuration(halfBudget.longMs)}. The objective is ${promise(objective)}.`,
  })
}

/** The last resort for slow burns and rare events, which no window of the tiers sees: the budget is gone. */
function exhaustedAlert(objective: Objective, links: Links): AlertRule {
  const spent = compare(aggregate('max', recorded(objective, records.periodErrorBudgetRemaining)), '<', '0')
  const counted = compare(periodEvents(objective, 'bad'), '>=', String(objective.minBadEvents))
  return budgetAlert(
    objective,
    links,
    alertNames.exhausted,
    exhausted(objective),
    isEventRatio(objective) ? and(spent, counted) : spent,
    {
      summary: 'has overspent its error budget',
      description: `${humanRatio} of the budget is left. The objective is ${promise(objective)}.`,
    },
  )
}

/** The alert group of an objective: a rule a tier, so that routes and inhibitions can tell the tiers apart. */
export function alertGroup(objective: Objective, links: Links): RuleGroup {
  const { windows } = alertPlan(objective.window.durationMs, objective.alertTiers)
  const sudden = halfBudgetAlert(objective, links)
  return {
    name: ruleGroups.alerts(objective.id),
    rules: [
      ...windows.map((tier) => burnAlert(objective, tier, links)),
      ...(sudden ? [sudden] : []),
      exhaustedAlert(objective, links),
    ],
  }
}
