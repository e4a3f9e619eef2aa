/**
 * Every name of a metric, spelled here and nowhere else; labels.ts has the labels, pipeline-conventions.ts the metrics
 * about the pipeline itself, rule-conventions.ts rules and alerts.
 */
import { labels } from './labels.ts'
import { type MetricFamily, since } from './metric-family.ts'
import {
  alertmanagerMetrics,
  kafkaMetrics,
  otlpMetrics,
  pipelineMetrics,
  prometheusMetrics,
} from './pipeline-conventions.ts'

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
    'Roles and policies granted, removed or changed; expected is true, false, or unknown without a baseline.',
  ),
  tokenRefreshFailures: counter(
    'identity_token_refresh_failures_total',
    eventLabels,
    'Refreshes that failed while the former token was still valid.',
  ),
  metadataCalls: counter(
    'identity_metadata_calls_total',
    eventLabels,
    'Calls to the local metadata endpoint or agent.',
  ),
  metadataCallFailures: counter(
    'identity_metadata_call_failures_total',
    eventLabels,
    'Calls to the local metadata endpoint or agent that failed.',
  ),
  metadataCallDuration: {
    ...histogram(
      'identity_metadata_call_duration_seconds',
      eventLabels,
      'Duration of calls to the local metadata endpoint or agent, failed ones too, where the record says it.',
    ),
    buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
  },
  targetServiceRefusals: counter(
    'identity_target_service_refusals_total',
    [labels.provider, labels.targetService, labels.status],
    'Tokens refused, by the service that was called: of a bounded number, and of all others as overflow.',
  ),
  accessPatternCalls: gauge(
    'identity_access_pattern_calls',
    [
      labels.provider,
      labels.identityType,
      labels.app,
      labels.identity,
      labels.targetService,
      labels.decision,
    ],
    'Calls since yesterday (UTC) by identity, service and decision: the busiest pairs, and the most refused.',
  ),
  permissionViolations: counter(
    'identity_permission_violations_total',
    [...eventLabels, labels.planned],
    'Policy denials, by whether the flow is a planned one; unknown where no planned flows are configured.',
  ),
  secretFallback: counter(
    'identity_secret_fallback_total',
    eventLabels,
    'Sign-ins and reads with a static secret, or a lesser credential, by a workload that has a managed identity.',
  ),
  tokenAge: {
    ...histogram('identity_token_age_seconds', eventLabels, 'Age of a token when it is used.'),
    buckets: [60, 300, 900, 1800, 3600, 7200, 14_400, 43_200, 86_400],
  },
  tokenAgeRatio: {
    ...histogram('identity_token_age_ratio', eventLabels, 'Age of a token when used over its lifetime.'),
    buckets: [0.1, 0.25, 0.5, 0.75, 0.9, 1, 1.5, 2],
  },
  grantedResources: gauge(
    'identity_granted_resources',
    [...eventLabels, labels.identity],
    'Resources that an identity can reach, inherited scope included: the widest identities, and the widest of the others.',
  ),
  usedResources: gauge(
    'identity_used_resources',
    [...eventLabels, labels.identity],
    'Resources that an identity did reach in 90 days: the same identities, and the most of the others.',
  ),
  orphaned: gauge(
    'identity_orphaned',
    eventLabels,
    'Identities with rights that nobody needs: not used for 90 days, deleted, disabled, or never there.',
  ),
  inventoryIdentities: gauge('identity_inventory_identities', [], 'Identities in the inventory.'),
  inventoryGrantedResources: gauge(
    'identity_inventory_granted_resources',
    [],
    'Sum over all identities of the resources that each can reach: over their number, the average.',
  ),
  failureModeActive: gauge(
    'identity_failure_mode_active',
    [labels.mode],
    'Whether the evidence of a failure mode (F1 to F7, or network: not identity) is present.',
  ),
  findings: gauge(
    'identity_findings',
    [labels.finding],
    'Common mistakes with machine identities that the records show, by kind; /api/v1/findings names them.',
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
  budgetBeforeExclusions: gauge(
    'identity_slo_error_budget_remaining_before_exclusions_ratio',
    objectiveLabels,
    'The same with what exclusions leave out counted in; only of objectives that have exclusions.',
  ),
  alertFiring: gauge(
    'identity_slo_alert_firing',
    [...objectiveLabels, labels.tier],
    'Whether the alert would fire by the numbers of this moment: what alerts/event-time/objectives.yaml goes by.',
  ),
  events: counter(
    'identity_slo_events_total',
    [...objectiveLabels, labels.verdict],
    'Events judged for the objective; good, bad and excluded are exported from the start, at 0.',
  ),
  contributorBadEvents: gauge(
    'identity_slo_contributor_bad_events',
    [...objectiveLabels, labels.dimension, labels.contributor],
    'Bad events since yesterday (UTC), by who or what burned most; of the 20 objectives with the least budget left.',
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

/** What /metrics has. */
export const metricFamilies: readonly MetricFamily[] = [
  ...Object.values(identityMetrics),
  ...Object.values(objectiveMetrics),
  ...Object.values(pipelineMetrics),
  ...Object.values(kafkaMetrics),
  ...Object.values(alertmanagerMetrics),
  ...Object.values(otlpMetrics),
  ...Object.values(prometheusMetrics),
]

/** What the client library emits: its contract with users' dashboards, without our prefix. */
export const clientMetrics = {
  requests: 'token_request_total',
  failures: 'token_request_failed',
  latency: 'token_latency_ms',
} as const
