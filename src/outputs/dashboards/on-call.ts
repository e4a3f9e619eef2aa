/** The page at night: what burns, since when, for whom, and what changed just before. */
import { identityMetrics, objectiveLabels, objectiveMetrics } from '../conventions.ts'
import { foreignLabels, labels } from '../labels.ts'
import { pipelineMetrics } from '../pipeline-conventions.ts'
import {
  aggregate,
  bucketSeries,
  compare,
  divide,
  increaseSinceBirth,
  or,
  over,
  pick,
  quantile,
  subtract,
  time,
  vector,
} from '../promql.ts'
import { dashboardUids } from '../rule-conventions.ts'
import { chosen, type Dashboard, legendOf, type Panel, rateWindow } from './builder.ts'
import { marks } from './marks.ts'
import { rows } from './on-call-rows.ts'
import {
  budgetThresholds,
  burnThresholds,
  objectiveLegend,
  ofApps,
  ofObjectives,
  sharedVariables,
  zeroThresholds,
} from './selection.ts'

const { burnRate, errorBudgetRemaining, events, sliErrorRatio } = objectiveMetrics
const {
  assignmentChanges,
  serviceAuth,
  serviceAuthFailures,
  tokenFetchDuration,
  tokenRequestFailures,
  tokenRequests,
} = identityMetrics

const burningBoth = aggregate('min', ofObjectives(burnRate, '5m', '1h'), objectiveLabels)
const burning = (window: string) => aggregate('max', ofObjectives(burnRate, window), objectiveLabels)
const rateBy = (family: { readonly name: string }, by: readonly string[]) =>
  aggregate('sum', over('rate', ofApps(family), rateWindow), by)

const now: readonly Panel[] = [
  {
    id: 1,
    type: 'text',
    title: 'Paged?',
    description: 'Where to look first.',
    width: 24,
    height: 3,
    markdown:
      '1. **Burn rate**: which objective, since when, and is it still going on? ' +
      '2. **Failures by reason and fault**: the platform, a caller, a policy or the network? ' +
      '3. **Assignment changes** just before (blue marks): was a right taken away? ' +
      'The runbook is linked in the page. Successful identity calls do not prove that the target is reachable.',
  },
  {
    id: 2,
    type: 'stat',
    title: 'Objectives burning',
    description:
      'Objectives that spent budget faster than it lasts, over both the last hour and the last 5 minutes.',
    width: 4,
    height: 4,
    unit: 'short',
    thresholds: zeroThresholds,
    queries: [{ expr: or(aggregate('count', compare(burningBoth, '>', '1')), vector('0')) }],
  },
  {
    id: 3,
    type: 'stat',
    title: 'Highest burn rate, 1h',
    description: 'Of the chosen objectives; 1 spends the budget exactly in the period.',
    width: 4,
    height: 4,
    unit: 'short',
    decimals: 1,
    thresholds: burnThresholds,
    queries: [{ expr: aggregate('max', burning('1h')) }],
  },
  {
    id: 4,
    type: 'stat',
    title: 'Least budget left',
    description: 'Error budget left to the worst of the chosen objectives.',
    width: 4,
    height: 4,
    unit: 'percentunit',
    decimals: 1,
    thresholds: budgetThresholds,
    queries: [{ expr: aggregate('min', ofObjectives(errorBudgetRemaining)) }],
  },
  {
    id: 5,
    type: 'stat',
    title: 'Oldest source',
    description: 'How far back the slowest source is complete: what happened since may not have arrived.',
    width: 4,
    height: 4,
    unit: 's',
    decimals: 0,
    thresholds: [{ color: 'green' }, { from: 1800, color: 'orange' }, { from: 3600, color: 'red' }],
    queries: [{ expr: subtract(time(), aggregate('min', chosen(pipelineMetrics.watermark))) }],
  },
  {
    id: 17,
    type: 'stat',
    title: 'Token requests failing',
    description: 'Share of the attempts to obtain a token that fail now, whoever is at fault.',
    width: 4,
    height: 4,
    unit: 'percentunit',
    decimals: 1,
    thresholds: [{ color: 'green' }, { from: 0.001, color: 'orange' }, { from: 0.01, color: 'red' }],
    queries: [
      {
        expr: divide(
          or(rateBy(tokenRequestFailures, []), vector('0')),
          compare(rateBy(tokenRequests, []), '>', '0'),
        ),
      },
    ],
  },
  {
    id: 18,
    type: 'stat',
    title: 'Silent sources',
    description: 'Sources of which nothing came for long: a silent log is not a healthy one.',
    width: 4,
    height: 4,
    unit: 'short',
    thresholds: zeroThresholds,
    queries: [{ expr: or(aggregate('sum', chosen(pipelineMetrics.sourceSilent)), vector('0')) }],
  },
]

const burns: readonly Panel[] = [
  {
    id: 6,
    type: 'timeseries',
    title: 'Burn rate, 1h',
    description:
      'Sustained burn. The lines are the tiers of a 30 day objective: ticket at 1, pages at 5.76 (critical ones), 6 and 14.4.',
    width: 12,
    height: 9,
    unit: 'short',
    thresholds: burnThresholds,
    thresholdLines: true,
    queries: [{ expr: burning('1h'), legend: objectiveLegend }],
  },
  {
    id: 7,
    type: 'timeseries',
    title: 'Burn rate, 5m',
    description: 'Burn at present: falls as soon as the failures stop.',
    width: 12,
    height: 9,
    unit: 'short',
    thresholds: burnThresholds,
    thresholdLines: true,
    queries: [{ expr: burning('5m'), legend: objectiveLegend }],
  },
  {
    id: 8,
    type: 'timeseries',
    title: 'Error ratio, 5m',
    description: 'Share of bad events over 5 minutes of event time.',
    width: 12,
    height: 8,
    unit: 'percentunit',
    min: 0,
    queries: [
      { expr: aggregate('max', ofObjectives(sliErrorRatio, '5m'), objectiveLabels), legend: objectiveLegend },
    ],
  },
  {
    id: 9,
    type: 'timeseries',
    title: 'Events by verdict',
    description: 'Events judged per second, as they were read. Few events make ratios jump.',
    width: 12,
    height: 8,
    unit: 'cps',
    queries: [
      {
        expr: aggregate('sum', over('rate', ofObjectives(events), rateWindow), [labels.verdict]),
        legend: legendOf(labels.verdict),
      },
    ],
  },
]

function latency(percentile: string, quantileText: string) {
  const buckets = rateBy({ name: bucketSeries(tokenFetchDuration.name) }, [foreignLabels.bucketBound])
  return { expr: quantile(quantileText, buckets), legend: percentile }
}

const causes: readonly Panel[] = [
  {
    id: 10,
    type: 'timeseries',
    title: 'Failed token requests by reason',
    description: 'What the issuer said. Throttling and platform errors are its own; the others are ours.',
    width: 8,
    height: 8,
    unit: 'reqps',
    stacked: true,
    queries: [{ expr: rateBy(tokenRequestFailures, [labels.reason]), legend: legendOf(labels.reason) }],
  },
  {
    id: 11,
    type: 'timeseries',
    title: 'Failed token requests by fault',
    description: 'Whose fault: platform, caller, policy or network.',
    width: 8,
    height: 8,
    unit: 'reqps',
    stacked: true,
    queries: [{ expr: rateBy(tokenRequestFailures, [labels.fault]), legend: legendOf(labels.fault) }],
  },
  {
    id: 12,
    type: 'timeseries',
    title: 'Refused by services, by status',
    description: '401: the token was not accepted. 403: accepted, and not allowed.',
    width: 8,
    height: 8,
    unit: 'reqps',
    stacked: true,
    queries: [{ expr: rateBy(serviceAuthFailures, [labels.status]), legend: legendOf(labels.status) }],
  },
  {
    id: 13,
    type: 'timeseries',
    title: 'Apps with most failures',
    description: 'For whom: failed token requests and refused tokens per second.',
    width: 8,
    height: 8,
    unit: 'reqps',
    queries: [
      {
        expr: pick('topk', 10, rateBy(tokenRequestFailures, [labels.app])),
        legend: `${legendOf(labels.app)} (token)`,
      },
      {
        expr: pick('topk', 10, rateBy(serviceAuthFailures, [labels.app])),
        legend: `${legendOf(labels.app)} (service)`,
      },
    ],
  },
  {
    id: 14,
    type: 'timeseries',
    title: 'Token fetch duration',
    description: 'Of successful fetches, where the records say it.',
    width: 8,
    height: 8,
    unit: 's',
    queries: [latency('p50', '0.5'), latency('p95', '0.95'), latency('p99', '0.99')],
  },
  {
    id: 15,
    type: 'timeseries',
    title: 'Assignment changes',
    description: 'Roles and policies granted, removed and changed: a 403 often follows a removal.',
    width: 8,
    height: 8,
    unit: 'short',
    stacked: true,
    queries: [
      {
        expr: aggregate('sum', increaseSinceBirth(ofApps(assignmentChanges), rateWindow), [
          labels.app,
          labels.op,
        ]),
        legend: legendOf(labels.app, labels.op),
      },
    ],
  },
  {
    id: 16,
    type: 'timeseries',
    title: 'Traffic',
    description:
      'Token requests and tokens presented to services: fewer than usual may mean that callers fail earlier.',
    width: 24,
    height: 7,
    unit: 'reqps',
    queries: [
      {
        expr: rateBy(tokenRequests, [labels.provider]),
        legend: `${legendOf(labels.provider)} token requests`,
      },
      { expr: rateBy(serviceAuth, [labels.provider]), legend: `${legendOf(labels.provider)} service auth` },
    ],
  },
]

export const onCallDashboard: Dashboard = {
  uid: dashboardUids.onCall,
  title: 'Identity SLO / On call',
  description: 'What burns an error budget now, for whom, why, and what changed just before.',
  from: 'now-6h',
  refresh: '30s',
  variables: sharedVariables,
  annotations: marks,
  panels: [...now, ...burns, ...rows, ...causes],
}
