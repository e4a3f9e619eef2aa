/** Alerts on what no single service owns: an issuer that fails everybody, and many critical services at once. */
import { alertTiers } from '../objectives/alert-windows.ts'
import type { ObjectiveStatus } from '../objectives/evaluate.ts'
import { engineAnnotations, type Links } from './alert-text.ts'
import { platformOwner } from './alertmanager-config.ts'
import { identityMetrics, objectiveMetrics } from './conventions.ts'
import { dashboardOfLabel } from './dashboard-links.ts'
import { labels } from './labels.ts'
import type { OutgoingAlert } from './outgoing-alerts.ts'
import { aggregate, and, andOn, compare, divide, over, select } from './promql.ts'
import { alertLabels, alertNames, alertsSeries, dashboardUids, ruleGroups } from './rule-conventions.ts'
import type { AlertRule, RuleGroup } from './rule-file.ts'

/** An issuer is out when it fails more than every second request through its own fault. */
const outageShare = '0.5'
const outageFailures = '10'
const outageWindow = '5m'
/** Of all critical objectives. */
const criticalShare = 0.3
/** One service alone is its owner's matter. */
const criticalCount = 2

/** Burn rate at which the quickest tier pages for an objective of 30 days. */
const fastBurn = 14.4
const fastWindow = '5m'
const fastWindowMs = alertTiers[0]?.shortMs

const { tokenRequests, tokenRequestFailures } = identityMetrics
const { burnRate, info } = objectiveMetrics

const platformFailures = aggregate(
  'sum',
  over('increase', select(tokenRequestFailures.name, { [labels.fault]: 'platform' }), outageWindow),
  [labels.provider],
)

const requests = aggregate('sum', over('increase', select(tokenRequests.name), outageWindow), [
  labels.provider,
])

const critical = select(info.name, { [labels.severityClass]: 'critical' })
const burningCritical = aggregate(
  'count',
  andOn(
    compare(
      aggregate('max', select(burnRate.name, { [labels.window]: fastWindow }), [labels.objective]),
      '>',
      String(fastBurn),
    ),
    [labels.objective],
    critical,
  ),
)

const criticalText = {
  summary: 'Many critical services burn their error budgets at once',
  description:
    'A shared cause is likely: an issuer, the network, or a change that reached them all. Look at what they have in common.',
}

const ownLabels = { [alertLabels.severity]: 'page', [alertLabels.owner]: platformOwner }

function rules(links: Links): readonly AlertRule[] {
  return [
    {
      alert: alertNames.platformOutage,
      expr: and(
        compare(divide(platformFailures, compare(requests, '>', '0')), '>', outageShare),
        compare(platformFailures, '>=', outageFailures),
      ),
      for: '1m',
      labels: ownLabels,
      annotations: engineAnnotations(
        links,
        alertNames.platformOutage,
        {
          summary: `{{ $labels.${labels.provider} }} does not issue tokens`,
          description: `{{ $value | humanizePercentage }} of the requests of the last ${outageWindow} failed, by the fault of the platform and of no caller.`,
        },
        dashboardOfLabel(dashboardUids.onCall, labels.provider),
      ),
    },
    {
      alert: alertNames.criticalOutage,
      expr: and(
        compare(divide(burningCritical, aggregate('count', critical)), '>', String(criticalShare)),
        compare(burningCritical, '>=', String(criticalCount)),
      ),
      labels: ownLabels,
      annotations: engineAnnotations(links, alertNames.criticalOutage, criticalText, dashboardUids.onCall),
    },
  ]
}

export function platformAlertGroup(links: Links): RuleGroup {
  return { name: ruleGroups.platform, rules: rules(links) }
}

/** The same as the engine sends it, by its own numbers; nothing while fewer burn. */
export function outgoingCriticalOutage(
  statuses: readonly ObjectiveStatus[],
  links: Links,
  extra: Readonly<Record<string, string>>,
): readonly OutgoingAlert[] {
  const all = statuses.filter(({ state }) => state.objective.severityClass === 'critical')
  const burning = all.filter(({ burnReadings }) =>
    burnReadings.some(({ windowMs, rate }) => windowMs === fastWindowMs && rate > fastBurn),
  )
  if (burning.length < criticalCount || burning.length <= criticalShare * all.length) return []
  const services = burning.map(({ state }) => state.objective.service).toSorted((a, b) => (a < b ? -1 : 1))
  const description = `${criticalText.description} ${burning.length} of ${all.length} burn: ${services.join(', ')}.`
  return [
    {
      labels: { ...extra, [alertsSeries.alertName]: alertNames.criticalOutage, ...ownLabels },
      annotations: engineAnnotations(
        links,
        alertNames.criticalOutage,
        { ...criticalText, description },
        dashboardUids.onCall,
      ),
    },
  ]
}
