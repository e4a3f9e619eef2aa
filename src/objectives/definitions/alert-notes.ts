/** Warnings about alerts that do not work quite as the definitions may suggest. */
import { type AlertWindow, alertPlan } from '../alert-windows.ts'
import { formatDuration } from '../duration.ts'
import { type Slo, tierChoice } from './kinds/slo.ts'
import type { Reporter } from './problem.ts'
import type { ResolvedAlertPolicy } from './resolve.ts'

/** Tiers that this period scales or drops. Whoever lists tiers has chosen them: then only a dropped one is news. */
export function noteTiers(slo: Slo, reporter: Reporter): void {
  const { durationMs, text } = slo.window
  const chosen = slo.metadata.settings.alertTiers
  const plan = alertPlan(durationMs, tierChoice(slo))
  if (!chosen) {
    for (const note of plan.notes) reporter.warning(slo.windowAt, `SLO "${slo.metadata.name}": ${note}`)
    return
  }
  const missing = chosen.filter((id) => !plan.windows.some((window) => window.id === id))
  for (const id of missing) {
    reporter.warning(
      slo.windowAt,
      `SLO "${slo.metadata.name}": tier ${id} is dropped: it has no use over ${text}`,
    )
  }
}

/**
 * This engine alerts by its own pairs of windows, since one OpenSLO condition cannot say a pair. A policy says who
 * is told: its condition's severity picks the tiers. A condition that says something else is not evaluated as written.
 */
export function notePolicies(slo: Slo, policies: readonly ResolvedAlertPolicy[], reporter: Reporter): void {
  const { windows } = alertPlan(slo.window.durationMs, tierChoice(slo))
  for (const { metadata, condition } of policies) {
    const tiers = windows.filter((window) => window.severity === condition.severity)
    if (tiers.length === 0) {
      const known = [...new Set(windows.map((window) => window.severity))].join(', ') || 'none'
      reporter.warning(
        condition.at,
        `AlertPolicy "${metadata.name}" is never notified for SLO "${slo.metadata.name}": no alert tier has severity ` +
          `"${condition.severity}". Severities with tiers here: ${known}`,
      )
      continue
    }
    const rising = condition.op === 'gt' || condition.op === 'gte'
    if (rising && tiers.some((tier) => asksFor(condition, tier))) continue
    const pairs = tiers.map((tier) => `burn rate above ${tier.factor} over ${formatDuration(tier.longMs)}`)
    reporter.warning(
      condition.at,
      `AlertCondition "${condition.metadata.name}" only routes for SLO "${slo.metadata.name}": its op, threshold and ` +
        `lookbackWindow name no tier of severity "${condition.severity}". The engine alerts at: ${pairs.join('; ')}`,
    )
  }
}

function asksFor(condition: ResolvedAlertPolicy['condition'], tier: AlertWindow): boolean {
  return condition.lookbackWindow.ms === tier.longMs && Math.abs(condition.threshold - tier.factor) < 1e-9
}
