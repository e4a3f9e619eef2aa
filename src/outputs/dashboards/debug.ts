/** From "who" to "how": latencies, ages of tokens, renewals, ways in, and what each identity does. */
import { identityMetrics } from '../conventions.ts'
import { foreignLabels, labels } from '../labels.ts'
import { pipelineMetrics } from '../pipeline-conventions.ts'
import { aggregate, anyOf, bucketSeries, divide, or, over, quantile, subtract, vector } from '../promql.ts'
import { dashboardUids } from '../rule-conventions.ts'
import { chosen, type Dashboard, legendOf, type Panel, rateWindow, shownRange } from './builder.ts'
import { rows } from './debug-rows.ts'
import { marks } from './marks.ts'
import { ofApps, sharedVariables, zeroThresholds } from './selection.ts'

const {
  metadataCallDuration,
  metadataCallFailures,
  metadataCalls,
  secretFallback,
  tokenAge,
  tokenAgeRatio,
  tokenFetchDuration,
  tokenRefreshFailures,
  tokenRequestFailures,
} = identityMetrics

type Named = { readonly name: string }

const { bucketBound } = foreignLabels
const bucketRate = (histogram: Named, more = {}) =>
  over('rate', ofApps({ name: bucketSeries(histogram.name) }, more), rateWindow)
const buckets = (histogram: Named) => aggregate('sum', bucketRate(histogram), [bucketBound])
const rateBy = (family: Named, by: readonly string[]) =>
  aggregate('sum', over('rate', ofApps(family), rateWindow), by)
const increaseOf = (family: Named) => aggregate('sum', over('increase', ofApps(family), shownRange))
const percentiles = [['p50', '0.5'] as const, ['p95', '0.95'] as const, ['p99', '0.99'] as const]
const percentilesOf = (histogram: Named) =>
  percentiles.map(([legend, decimal]) => ({ expr: quantile(decimal, buckets(histogram)), legend }))

/** Prometheus 3 writes whole bounds with a decimal, earlier ones do not. */
const uses = (bound: string) =>
  aggregate('sum', bucketRate(tokenAgeRatio, { [bucketBound]: anyOf([bound, `${bound}.0`]) }))
/** Share of the uses whose token was older than that part of its life. */
const olderThan = (bound: string, legend: string) => ({
  expr: divide(subtract(uses('+Inf'), uses(bound)), uses('+Inf')),
  legend,
})

const count = { type: 'stat', width: 6, height: 4, unit: 'short', decimals: 0 } as const

const summary: readonly Panel[] = [
  {
    id: 1,
    type: 'text',
    title: 'Rows behind the lines',
    description: 'Where single records, changes and identities are to be seen.',
    width: 24,
    height: 3,
    markdown:
      'Choose an **app** above to follow one application. Tables about contributors name who burned a budget since yesterday, the first five of each. ' +
      'Single identities, with what they may reach: `/api/v1/inventory` and `/api/v1/identities/ID/radius` of the engine.',
  },
  {
    ...count,
    id: 2,
    title: 'Failed token requests',
    description: 'In the time shown, whoever was at fault.',
    queries: [{ expr: or(increaseOf(tokenRequestFailures), vector('0')) }],
  },
  {
    ...count,
    id: 3,
    title: 'Failed refreshes',
    description: 'Renewals of the time shown that failed while the former token was still valid.',
    thresholds: zeroThresholds,
    queries: [{ expr: or(increaseOf(tokenRefreshFailures), vector('0')) }],
  },
  {
    ...count,
    id: 4,
    title: 'Uses of expired tokens',
    description: 'In the time shown, all apps: a client that does not renew its token caches too long.',
    thresholds: zeroThresholds,
    queries: [
      {
        expr: or(
          aggregate(
            'sum',
            over('increase', chosen(pipelineMetrics.expiredUses, [labels.provider]), shownRange),
          ),
          vector('0'),
        ),
      },
    ],
  },
  {
    ...count,
    id: 5,
    title: 'Fallbacks to static secrets',
    description: 'Static secrets used in the time shown by workloads that have a managed identity.',
    thresholds: zeroThresholds,
    queries: [{ expr: or(increaseOf(secretFallback), vector('0')) }],
  },
]

const half = { width: 12, height: 9 } as const

const tokens: readonly Panel[] = [
  {
    ...half,
    id: 6,
    type: 'heatmap',
    title: 'Token fetch latency',
    description:
      'Successful fetches per second by duration: two bands are two causes, such as cache and issuer.',
    unit: 's',
    queries: [{ expr: buckets(tokenFetchDuration), legend: legendOf(bucketBound) }],
  },
  {
    ...half,
    id: 7,
    type: 'timeseries',
    title: 'Token fetch latency, percentiles',
    description: 'Of successful fetches, where the records say it.',
    unit: 's',
    min: 0,
    queries: percentilesOf(tokenFetchDuration),
  },
  {
    ...half,
    id: 8,
    type: 'heatmap',
    title: 'Token age at use',
    description: 'Tokens presented per second by their age, where issue and use can be joined.',
    unit: 's',
    queries: [{ expr: buckets(tokenAge), legend: legendOf(bucketBound) }],
  },
  {
    ...half,
    id: 9,
    type: 'timeseries',
    title: 'Old tokens in use',
    description: 'Share of uses with a token older than half, nine tenths and all of its life.',
    unit: 'percentunit',
    min: 0,
    queries: [
      olderThan('0.5', 'over 50 % of its life'),
      olderThan('0.9', 'over 90 % of its life'),
      olderThan('1', 'expired'),
    ],
  },
]

const failures: readonly Panel[] = [
  {
    ...half,
    id: 10,
    type: 'timeseries',
    title: 'Failed refreshes by app',
    description: 'Renewals per second that failed while the former token was still valid.',
    unit: 'reqps',
    stacked: true,
    queries: [{ expr: rateBy(tokenRefreshFailures, [labels.app]), legend: legendOf(labels.app) }],
  },
  {
    ...half,
    id: 11,
    type: 'timeseries',
    title: 'Metadata endpoint calls',
    description: 'Calls to metadata endpoints and agents per second, and those that failed.',
    unit: 'reqps',
    min: 0,
    queries: [
      { expr: rateBy(metadataCalls, [labels.app]), legend: `${legendOf(labels.app)} calls` },
      { expr: rateBy(metadataCallFailures, [labels.app]), legend: `${legendOf(labels.app)} failed` },
    ],
  },
  {
    ...half,
    id: 17,
    type: 'timeseries',
    title: 'Metadata endpoint latency',
    description: 'Of calls to metadata endpoints and agents, failed ones too, where the records say it.',
    unit: 's',
    min: 0,
    queries: percentilesOf(metadataCallDuration),
  },
  {
    ...half,
    id: 12,
    type: 'timeseries',
    title: 'Late and duplicate events',
    description: 'Events per second that did not count: too late, or seen before.',
    unit: 'cps',
    min: 0,
    queries: [
      {
        expr: aggregate('sum', over('rate', chosen(pipelineMetrics.duplicates), rateWindow), [labels.source]),
        legend: `${legendOf(labels.source)} duplicate`,
      },
      {
        expr: aggregate('sum', over('rate', chosen(pipelineMetrics.lateDropped), rateWindow), [
          labels.source,
        ]),
        legend: `${legendOf(labels.source)} late`,
      },
    ],
  },
]

export const debugDashboard: Dashboard = {
  uid: dashboardUids.debug,
  title: 'Identity SLO / Debug',
  description: 'How tokens are fetched, renewed and used, and what single identities do.',
  from: 'now-6h',
  refresh: '1m',
  variables: sharedVariables,
  annotations: marks,
  panels: [...summary, ...tokens, ...failures, ...rows],
}
