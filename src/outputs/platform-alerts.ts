/** Alerts on what no single service owns: an issuer that fails everybody, and many critical services at once. */
import type { ActiveAlert } from '../objectives/active-alerts.ts'
import { keepFiringMs } from '../objectives/alert-windows.ts'
import { formatDuration } from '../objectives/duration.ts'
import type { AlertReading, ObjectiveStatus } from '../objectives/evaluate.ts'
import { engineAnnotations, type Links } from './alert-text.ts'
import { platformOwner } from './alertmanager-config.ts'
import { identityMetrics, objectiveMetrics } from './conventions.ts'
import { dashboardOfLabel } from './dashboard-links.ts'
import { labels } from './labels.ts'
import type { OutgoingAlert } from './outgoing-alerts.ts'
import { aggregate, and, andOn, anyOf, compare, divide, over, select } from './promql.ts'
import { alertLabels, alertNames, alertsSeries, dashboardUids, ruleGroups } from './rule-conventions.ts'
import type { AlertRule, RuleGroup } from './rule-file.ts'

/** An issuer is out when it fails more than every second request through its own fault. */
const outageShare = '0.5'
const outageFailures = '10'
const outageWindow = '5m'
/** Of all services with critical objectives. */
const criticalShare = 0.3
/** One service alone is its owner's matter. */
const criticalCount = 2

const { tokenRequests, tokenRequestFailures } = identityMetrics
const { alertFiring, info } = objectiveMetrics

const platformFailures = aggregate(
  'sum',
  over('increase', select(tokenRequestFailures.name, { [labels.fault]: 'platform' }), outageWindow),
  [labels.provider],
)

const requests = aggregate('sum', over('increase', select(tokenRequests.name), outageWindow), [
  labels.provider,
])

/** Tiers by which a service counts as out: a slow burn is no outage. */
const outageTiers: readonly AlertReading['id'][] = ['page-half-budget', 'page-quick', 'page-sustained']

const critical = select(info.name, { [labels.severityClass]: 'critical' })
const firing = select(alertFiring.name, { [labels.tier]: anyOf(outageTiers) })
const servicesOut = aggregate(
  'count',
  compare(aggregate('max', andOn(firing, [labels.objective], critical), [labels.sloService]), '>', '0'),
)
const services = aggregate('count', aggregate('count', critical, [labels.sloService]))

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
        compare(divide(servicesOut, services), '>', String(criticalShare)),
        compare(servicesOut, '>=', String(criticalCount)),
      ),
      keep_firing_for: formatDuration(keepFiringMs),
      labels: ownLabels,
      annotations: engineAnnotations(links, alertNames.criticalOutage, criticalText, dashboardUids.onCall),
    },
  ]
}

export function platformAlertGroup(links: Links): RuleGroup {
  return { name: ruleGroups.platform, rules: rules(links) }
}

/**
 * The same as the engine sends it, by its own numbers; nothing while fewer are out.
 * @param active all alerts that fire
 */
export function outgoingCriticalOutage(
  statuses: readonly ObjectiveStatus[],
  active: readonly ActiveAlert[],
  links: Links,
  extra: Readonly<Record<string, string>>,
): readonly OutgoingAlert[] {
  const fast = active.filter(({ alert }) => outageTiers.includes(alert))
  const isOut = new Set(fast.map(({ objective }) => objective))
  const criticals = statuses
    .map(({ state }) => state.objective)
    .filter(({ severityClass }) => severityClass === 'critical')
  const all = new Set(criticals.map(({ service }) => service))
  const out = new Set(criticals.filter(({ id }) => isOut.has(id)).map(({ service }) => service))
  if (out.size < criticalCount || out.size <= criticalShare * all.size) return []
  const names = [...out].toSorted((a, b) => (a < b ? -1 : 1)).join(', ')
  const description = `${criticalText.description} ${out.size} of ${all.size} burn: ${names}.`
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
