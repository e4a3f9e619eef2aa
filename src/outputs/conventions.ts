/** Every metric, label, rule, alert and dashboard name, spelled here and nowhere else. */
import { type MetricFamily, since, waitingFor } from './metric-family.ts'

/**
 * Metric labels. None is called service, owner, region, cluster or env: scrape configs set those on targets,
 * and Prometheus would rename ours to `exported_…`.
 */
export const labels = {
  provider: 'provider',
  identityType: 'identity_type',
  app: 'app',
  layer: 'layer',
  reason: 'reason',
  fault: 'fault',
  status: 'status',
  op: 'op',
  expected: 'expected',
  planned: 'planned',
  identity: 'identity',
  mode: 'mode',
  objective: 'objective',
  slo: 'slo',
  sloService: 'slo_service',
  window: 'window',
  verdict: 'verdict',
  indicator: 'indicator',
  target: 'target',
  budgeting: 'budgeting',
  sloOwner: 'slo_owner',
  severityClass: 'severity_class',
  revision: 'revision',
  source: 'source',
  result: 'result',
  family: 'family',
  version: 'version',
  nodeVersion: 'node_version',
} as const

/** Labels that others put on our series: the scrape, and Prometheus on histograms. */
export const foreignLabels = { job: 'job', instance: 'instance', bucketBound: 'le' } as const

/** On every family that counts identity events. */
const eventLabels = [labels.provider, labels.identityType, labels.app, labels.layer] as const

/** How the families that count identity events, which share one series cap, are called together. */
export const eventFamilies = 'identity_events'

/** On every family about one objective. */
export const objectiveLabels = [labels.objective, labels.slo, labels.sloService] as const

/** What became of a record; `accepted` gave events that count. The results add up to the records read. */
export const recordResults = ['accepted', 'duplicate', 'late', 'rejected', 'irrelevant'] as const

export type RecordResult = (typeof recordResults)[number]

const { counter, gauge, histogram } = since('0.1.0')
const refresh = waitingFor('the token-refresh indicator')
const metadata = waitingFor('the metadata-endpoint indicator')
const violation = waitingFor('the permission-violation indicator')
const fallback = waitingFor('the secret-fallback indicator')
const age = waitingFor('the token-age indicator')
const blast = waitingFor('the blast-radius indicator')
const diagnosis = waitingFor('failure-mode diagnosis')

/** Identity events. Counters move when a record is read, not at the event's own time. */
export const identityMetrics = {
  tokenRequests: counter(
    'identity_token_requests_total',
    eventLabels,
    'Attempts to obtain a token, retries included, as the issuer saw them.',
  ),
  tokenRequestFailures: counter(
    'identity_token_request_failures_total',
    [...eventLabels, labels.reason, labels.fault],
    'Attempts to obtain a token that failed, by reason and by whose fault it was.',
  ),
  tokenFetchDuration: {
    ...histogram(
      'identity_token_fetch_duration_seconds',
      eventLabels,
      'Duration of successful token fetches, where the record says it.',
    ),
    // 0.2 s is the default latency objective: a bound there makes the share under it exact.
    buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.2, 0.3, 0.5, 1, 2.5, 5, 10, 30],
  },
  serviceAuth: counter('identity_service_auth_total', eventLabels, 'Tokens presented to services.'),
  serviceAuthFailures: counter(
    'identity_service_auth_failures_total',
    [...eventLabels, labels.status],
    'Tokens that a service refused, by status: 401 (unauthenticated) or 403 (forbidden).',
  ),
  assignmentChanges: counter(
    'identity_assignment_changes_total',
    [...eventLabels, labels.op, labels.expected],
    'Roles and policies granted, removed or changed; expected is unknown where there is no baseline.',
  ),
  tokenRefreshFailures: refresh.counter(
    'identity_token_refresh_failures_total',
    eventLabels,
    'Refreshes that failed while the former token was still valid.',
  ),
  metadataCalls: metadata.counter(
    'identity_metadata_calls_total',
    eventLabels,
    'Calls to the local metadata endpoint or agent.',
  ),
  metadataCallFailures: metadata.counter(
    'identity_metadata_call_failures_total',
    eventLabels,
    'Calls to the local metadata endpoint or agent that failed.',
  ),
  permissionViolations: violation.counter(
    'identity_permission_violations_total',
    [...eventLabels, labels.planned],
    'Policy denials, by whether the flow is a planned one.',
  ),
  secretFallback: fallback.counter(
    'identity_secret_fallback_total',
    eventLabels,
    'Reads of a static secret by a workload that has a managed identity.',
  ),
  tokenAge: {
    ...age.histogram('identity_token_age_seconds', eventLabels, 'Age of a token when it is used.'),
    buckets: [60, 300, 900, 1800, 3600, 7200, 14_400, 43_200, 86_400],
  },
  tokenAgeRatio: {
    ...age.histogram('identity_token_age_ratio', eventLabels, 'Age of a token when used over its lifetime.'),
    buckets: [0.1, 0.25, 0.5, 0.75, 0.9, 1, 1.5, 2],
  },
  grantedResources: blast.gauge(
    'identity_granted_resources',
    [...eventLabels, labels.identity],
    'Resources that an identity can reach, inherited scope included: the widest identities and the rest as one.',
  ),
  usedResources: blast.gauge(
    'identity_used_resources',
    [...eventLabels, labels.identity],
    'Resources that an identity did reach: the widest identities and the rest as one.',
  ),
  orphaned: blast.gauge('identity_orphaned', eventLabels, 'Identities without an owner or without use.'),
  failureModeActive: diagnosis.gauge(
    'identity_failure_mode_active',
    [labels.mode],
    'Whether the evidence of a failure mode (F1 to F7) is present.',
  ),
} as const

/** Objectives. The gauges are computed in event time, so late records correct them afterwards. */
export const objectiveMetrics = {
  objectiveRatio: gauge('identity_slo_objective_ratio', objectiveLabels, 'Target of the objective, 0 to 1.'),
  sliErrorRatio: gauge(
    'identity_slo_sli_error_ratio',
    [...objectiveLabels, labels.window],
    'Share of bad events in the window that ends at the watermark, 0 to 1.',
  ),
  burnRate: gauge(
    'identity_slo_burn_rate',
    [...objectiveLabels, labels.window],
    'Error ratio in the window over the error budget: 1 spends the budget exactly in one period.',
  ),
  errorBudgetRemaining: gauge(
    'identity_slo_error_budget_remaining_ratio',
    objectiveLabels,
    'Share of the error budget of the period that is left: 1 is untouched, below 0 is overspent.',
  ),
  events: counter(
    'identity_slo_events_total',
    [...objectiveLabels, labels.verdict],
    'Events judged for the objective; good, bad and excluded are exported from the start, at 0.',
  ),
  info: gauge(
    'identity_slo_info',
    [
      ...objectiveLabels,
      labels.indicator,
      labels.target,
      labels.window,
      labels.budgeting,
      labels.sloOwner,
      labels.severityClass,
      labels.revision,
    ],
    'Always 1: what the objective is. Its window is the whole period, spelled as on the other families.',
  ),
} as const

/** The pipeline itself. */
export const pipelineMetrics = {
  records: counter(
    'identity_slo_records_total',
    [labels.source, labels.result],
    'Records read, by what became of them: accepted, duplicate, late, rejected or irrelevant.',
  ),
  watermark: gauge(
    'identity_slo_source_watermark_timestamp_seconds',
    [labels.source],
    'Event time up to which the source is believed complete; absent before its first event.',
  ),
  sourceLag: gauge(
    'identity_slo_source_lag_seconds',
    [labels.source],
    'How far the newest event of the source was behind the clock when it was read.',
  ),
  lateDropped: counter(
    'identity_slo_late_dropped_total',
    [labels.source],
    'Events older than the allowed lateness: seen and not counted.',
  ),
  duplicates: counter(
    'identity_slo_duplicates_total',
    [labels.source],
    'Events seen before within the dedupe horizon: not counted again.',
  ),
  buildInfo: gauge(
    'identity_slo_build_info',
    [labels.version, labels.nodeVersion],
    'Always 1: what is running.',
  ),
  configLastReloadSuccessful: gauge(
    'identity_slo_config_last_reload_successful',
    [],
    'Whether the last reload of configuration and objectives succeeded (1) or the former ones still run (0).',
  ),
  seriesDropped: counter(
    'identity_slo_series_dropped_total',
    [labels.family],
    'Label sets that went to the overflow value because the series cap was reached.',
  ),
} as const

export const metricFamilies: readonly MetricFamily[] = [
  ...Object.values(identityMetrics),
  ...Object.values(objectiveMetrics),
  ...Object.values(pipelineMetrics),
]

/** What /metrics has: the families that are filled. */
export function exportedFamilies(): readonly MetricFamily[] {
  return metricFamilies.filter((metric) => metric.availability.exported)
}

/** What the client library emits: its contract with users' dashboards, without our prefix. */
export const clientMetrics = {
  requests: 'token_request_total',
  failures: 'token_request_failed',
  latency: 'token_latency_ms',
} as const

/** sloth's labels, so that dashboards made for sloth read our rules. */
export const slothLabels = {
  id: 'sloth_id',
  service: 'sloth_service',
  slo: 'sloth_slo',
  window: 'sloth_window',
  severity: 'sloth_severity',
  version: 'sloth_version',
  mode: 'sloth_mode',
  spec: 'sloth_spec',
  objective: 'sloth_objective',
} as const

/** Recorded series: sloth's names; the last two are ours. */
export const records = {
  sliErrorRatio: (window: string) => `slo:sli_error:ratio_rate${window}`,
  objectiveRatio: 'slo:objective:ratio',
  errorBudgetRatio: 'slo:error_budget:ratio',
  timePeriodDays: 'slo:time_period:days',
  currentBurnRate: 'slo:current_burn_rate:ratio',
  periodBurnRate: 'slo:period_burn_rate:ratio',
  periodErrorBudgetRemaining: 'slo:period_error_budget_remaining:ratio',
  info: 'sloth_slo_info',
  periodEvents: 'slo:period_events:increase',
  periodCoverage: 'slo:period_coverage:ratio',
} as const

/** Rule groups; those of an objective are sloth's. */
export const ruleGroups = {
  sli: (objectiveId: string) => `sloth-slo-sli-recordings-${objectiveId}`,
  meta: (objectiveId: string) => `sloth-slo-meta-recordings-${objectiveId}`,
  alerts: (objectiveId: string) => `sloth-slo-alerts-${objectiveId}`,
  engine: 'identity-slo-engine-alerts',
} as const

/** Alert names share a first word, so that `alertNamePattern` finds them all. */
export const alertNames = {
  burn: 'IdentitySLOErrorBudgetBurn',
  halfBudget: 'IdentitySLOErrorBudgetHalfSpent',
  exhausted: 'IdentitySLOErrorBudgetExhausted',
  engineDown: 'IdentitySLOEngineDown',
  sourceSilent: 'IdentitySLOSourceSilent',
  sourceLagging: 'IdentitySLOSourceLagging',
  configReloadFailed: 'IdentitySLOConfigReloadFailed',
  recordsRejected: 'IdentitySLORecordsRejected',
  eventsDroppedLate: 'IdentitySLOEventsDroppedLate',
  seriesCapReached: 'IdentitySLOSeriesCapReached',
} as const

export const alertNamePattern = 'IdentitySLO.+'

/** Prometheus's own series about alerts, with its labels. */
export const alertsSeries = { name: 'ALERTS', alertName: 'alertname', state: 'alertstate' } as const

/** Labels of alerts beyond those of metrics. An alert is no scrape target: `owner` clashes with nothing. */
export const alertLabels = {
  severity: 'severity',
  owner: 'owner',
  tier: 'tier',
  longWindow: 'long_window',
  shortWindow: 'short_window',
} as const

export const annotations = {
  summary: 'summary',
  description: 'description',
  runbookUrl: 'runbook_url',
  dashboardUrl: 'dashboard_url',
} as const

/** Stable over versions: bookmarks and links depend on them. */
export const dashboardUids = {
  executive: 'identity-slo-executive',
  onCall: 'identity-slo-on-call',
  debug: 'identity-slo-debug',
} as const
