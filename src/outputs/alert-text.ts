/** Labels and annotations of alerts: the same for Prometheus's rules and for the engine's own pages. */
import { formatDuration } from '../objectives/duration.ts'
import type { Objective } from '../objectives/objective.ts'
import { objectiveDashboard } from './dashboard-links.ts'
import { labels } from './labels.ts'
import { objectiveLabelValues, selectedLabels, slothLabelValues } from './objective-labels.ts'
import { alertLabels, annotations, dashboardUids, slothLabels } from './rule-conventions.ts'
import { templateText } from './rule-file.ts'

/** Where pages point to; no trailing slash. */
export interface Links {
  /** The page of runbooks: the alert's name in lower case is the anchor. */
  readonly runbook: string
  /** Base address of Grafana. */
  readonly grafana: string
}

/** Reserved names, so that a link nobody has configured leads nowhere rather than to a stranger. */
export const unconfiguredLinks: Links = {
  runbook: 'https://runbooks.example.com/identity-slo',
  grafana: 'https://grafana.example.com',
}

/** `none`: for machines only, such as a dead man's switch. */
export type Severity = 'page' | 'ticket' | 'none'

/** What an alert on an error budget is about; windows in ms. */
export interface BudgetAlertKind {
  readonly id: string
  readonly severity: Severity
  readonly longMs: number
  readonly shortMs?: number | undefined
}

/**
 * All labels of an alert on an objective. They are the alert's identity: Alertmanager takes what Prometheus and the
 * engine send with the same labels as one alert, so both use this function.
 */
export function budgetAlertLabels(objective: Objective, kind: BudgetAlertKind): Record<string, string> {
  const all = {
    [alertLabels.severity]: kind.severity,
    [alertLabels.tier]: kind.id,
    [alertLabels.longWindow]: formatDuration(kind.longMs),
    [alertLabels.shortWindow]: kind.shortMs === undefined ? '' : formatDuration(kind.shortMs),
    [alertLabels.owner]: objective.owner,
    [labels.severityClass]: objective.severityClass,
    [labels.indicator]: objective.sli?.indicator ?? 'composite',
    ...selectedLabels(objective),
    ...objectiveLabelValues(objective),
    ...slothLabelValues(objective),
    [slothLabels.severity]: kind.severity,
  }
  // An empty label is no label to Prometheus, and must be none to Alertmanager for the two to be the same.
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== ''))
}

function runbookUrl(links: Links, alert: string): string {
  return `${links.runbook}#${alert.toLowerCase()}`
}

/** Annotations of an alert on an objective. `summary` and `description` may hold templates of Prometheus. */
export function budgetAnnotations(
  links: Links,
  alert: string,
  objective: Objective,
  { longMs }: Pick<BudgetAlertKind, 'longMs'>,
  text: { readonly summary: string; readonly description: string },
): Record<string, string> {
  const name = templateText(objective.displayName === '' ? objective.name : objective.displayName)
  return {
    [annotations.summary]: `${templateText(objective.service)}: ${name} ${text.summary}`,
    [annotations.description]: text.description,
    [annotations.runbookUrl]: runbookUrl(links, alert),
    [annotations.dashboardUrl]: `${links.grafana}/d/${objectiveDashboard(objective, longMs)}`,
  }
}

/** Annotations of an alert on the engine itself. @param dashboard that shows what it is about, with variables */
export function engineAnnotations(
  links: Links,
  alert: string,
  text: { readonly summary: string; readonly description: string },
  dashboard: string = dashboardUids.pipeline,
): Record<string, string> {
  return {
    [annotations.summary]: text.summary,
    [annotations.description]: text.description,
    [annotations.runbookUrl]: runbookUrl(links, alert),
    [annotations.dashboardUrl]: `${links.grafana}/d/${dashboard}`,
  }
}
