/** The pipeline's numbers as samples of the metric families. */

import type { ObjectiveStatus } from '../objectives/evaluate.ts'
import type { SavedBuckets } from '../outputs/bucket-counts.ts'
import {
  eventFamilies,
  identityMetrics,
  objectiveMetrics,
  type RecordResult,
  recordResults,
} from '../outputs/conventions.ts'
import type { EventSeries } from '../outputs/event-counters.ts'
import { labelValue } from '../outputs/label-value.ts'
import type { LabelsOf, MetricFamily } from '../outputs/metric-family.ts'
import { periodWindowLabel } from '../outputs/objective-labels.ts'
import { pipelineMetrics } from '../outputs/pipeline-conventions.ts'
import type { FamilySamples, Sample } from '../platform/metrics-registry.ts'
import type { Pipeline } from './pipeline.ts'

/** Values of one family, with exactly its labels. */
export function samples<F extends MetricFamily>(
  family: F,
  values: readonly (Omit<Sample, 'labels'> & { readonly labels: LabelsOf<F> })[],
): FamilySamples {
  return { family, samples: values }
}

function bucketSamples(
  family:
    | typeof identityMetrics.tokenFetchDuration
    | typeof identityMetrics.metadataCallDuration
    | typeof identityMetrics.tokenAge
    | typeof identityMetrics.tokenAgeRatio,
  series: readonly EventSeries[],
  of: (series: EventSeries) => SavedBuckets | undefined,
): FamilySamples {
  return samples(
    family,
    series.flatMap((one) => {
      const buckets = of(one)
      return buckets === undefined
        ? []
        : [{ labels: one.labels, value: buckets.sum, buckets: [...buckets.counts] }]
    }),
  )
}

function identitySamples(series: readonly EventSeries[]): FamilySamples[] {
  const asked = series.filter(({ requests }) => requests > 0)
  const used = series.filter(({ auth }) => auth > 0)
  return [
    samples(
      identityMetrics.tokenRequests,
      asked.map(({ labels, requests }) => ({ labels, value: requests })),
    ),
    samples(
      identityMetrics.tokenRequestFailures,
      asked.flatMap(({ labels, failures }) =>
        [...failures].map(([key, value]) => {
          const [reason = '', fault = ''] = key.split('|')
          return { labels: { ...labels, reason, fault }, value }
        }),
      ),
    ),
    bucketSamples(identityMetrics.tokenFetchDuration, series, ({ durations }) => durations),
    samples(
      identityMetrics.serviceAuth,
      used.map(({ labels, auth }) => ({ labels, value: auth })),
    ),
    samples(
      identityMetrics.serviceAuthFailures,
      used.flatMap(({ labels, authFailures }) =>
        Object.entries(authFailures).map(([status, value]) => ({ labels: { ...labels, status }, value })),
      ),
    ),
    samples(
      identityMetrics.tokenRefreshFailures,
      series.flatMap(({ labels, tokens }) =>
        tokens.refreshFailures > 0 ? [{ labels, value: tokens.refreshFailures }] : [],
      ),
    ),
    bucketSamples(identityMetrics.tokenAge, series, ({ tokens }) => tokens.ages),
    bucketSamples(identityMetrics.tokenAgeRatio, series, ({ tokens }) => tokens.ratios),
    samples(
      identityMetrics.assignmentChanges,
      series.flatMap(({ labels, changes }) =>
        [...changes].map(([key, value]) => {
          const [op = '', expected = 'unknown'] = key.split('|')
          return { labels: { ...labels, op, expected }, value }
        }),
      ),
    ),
  ]
}

function accessSamples(series: readonly EventSeries[]): FamilySamples[] {
  const called = series.filter(({ access }) => access.calls > 0)
  return [
    samples(
      identityMetrics.metadataCalls,
      called.map(({ labels, access }) => ({ labels, value: access.calls })),
    ),
    samples(
      identityMetrics.metadataCallFailures,
      called.map(({ labels, access }) => ({ labels, value: access.callFailures })),
    ),
    bucketSamples(identityMetrics.metadataCallDuration, called, ({ access }) => access.callDurations),
    samples(
      identityMetrics.permissionViolations,
      series.flatMap(({ labels, access }) =>
        [...access.violations].map(([planned, value]) => ({ labels: { ...labels, planned }, value })),
      ),
    ),
    samples(
      identityMetrics.secretFallback,
      series.flatMap(({ labels, access }) =>
        access.fallbacks > 0 ? [{ labels, value: access.fallbacks }] : [],
      ),
    ),
  ]
}

/** The alert windows and the period itself, each once. */
function windowsOf(status: ObjectiveStatus): readonly { window: string; errorRatio: number; rate: number }[] {
  const text = periodWindowLabel(status.state.objective.window)
  const period = { window: text, errorRatio: status.errorRatio, rate: status.burnRate }
  return [...status.burnReadings.filter(({ window }) => window !== text), period]
}

export function objectiveOf({
  state: { objective },
}: ObjectiveStatus): LabelsOf<typeof objectiveMetrics.objectiveRatio> {
  const { id, name, service } = objective
  return { objective: labelValue(id), slo: labelValue(name), slo_service: labelValue(service) }
}

function objectiveInfo(statuses: readonly ObjectiveStatus[]): FamilySamples {
  return samples(
    objectiveMetrics.info,
    statuses.map((status) => {
      const { objective } = status.state
      const labels = {
        ...objectiveOf(status),
        indicator: objective.sli?.indicator ?? 'composite',
        target: objective.target.percent,
        window: periodWindowLabel(objective.window),
        budgeting: objective.budgeting.method,
        slo_owner: labelValue(objective.owner),
        severity_class: objective.severityClass,
        revision: objective.revision,
      }
      return { labels, value: 1 }
    }),
  )
}

function objectiveSamples(statuses: readonly ObjectiveStatus[]): FamilySamples[] {
  return [
    samples(
      objectiveMetrics.objectiveRatio,
      statuses.map((status) => ({
        labels: objectiveOf(status),
        value: Number(status.state.objective.target.ratio),
      })),
    ),
    samples(
      objectiveMetrics.sliErrorRatio,
      statuses.flatMap((status) =>
        windowsOf(status).map(({ window, errorRatio }) => ({
          labels: { ...objectiveOf(status), window },
          value: errorRatio,
        })),
      ),
    ),
    samples(
      objectiveMetrics.burnRate,
      statuses.flatMap((status) =>
        windowsOf(status).map(({ window, rate }) => ({
          labels: { ...objectiveOf(status), window },
          value: rate,
        })),
      ),
    ),
    samples(
      objectiveMetrics.errorBudgetRemaining,
      statuses.map((status) => ({ labels: objectiveOf(status), value: status.errorBudgetRemaining })),
    ),
    samples(
      objectiveMetrics.budgetBeforeExclusions,
      statuses.flatMap((status) =>
        status.beforeExclusions === undefined
          ? []
          : [{ labels: objectiveOf(status), value: status.beforeExclusions.errorBudgetRemaining }],
      ),
    ),
    samples(
      objectiveMetrics.alertFiring,
      statuses.flatMap((status) =>
        status.alerts.map(({ id, isFiring }) => ({
          labels: { ...objectiveOf(status), tier: id },
          value: isFiring ? 1 : 0,
        })),
      ),
    ),
    samples(
      objectiveMetrics.events,
      statuses.flatMap((status) =>
        (['good', 'bad', 'excluded'] as const).map((verdict) => ({
          labels: { ...objectiveOf(status), verdict },
          value: status.state.seen[verdict],
        })),
      ),
    ),
    objectiveInfo(statuses),
  ]
}

/** What the process knows besides the pipeline. */
export interface RunFacts {
  readonly version: string
  readonly nodeVersion: string
  readonly isLastReloadSuccessful: boolean
  /** Epoch ms, and ms of a clock that only goes forward. */
  readonly now: number
  readonly steadyMs: number
  readonly silentAfterMs: number
  /** Whether nothing is taken in because it cannot be made durable. */
  readonly isIntakePaused: boolean
  /** Attempts to read a log file that failed. */
  readonly fileFailures: number
  /** Requests with records, by the status that answered them. */
  readonly webhookRequests: ReadonlyMap<number, number>
}

function sourceSamples(pipeline: Pipeline, facts: RunFacts): FamilySamples[] {
  const sources = pipeline.sources.all()
  const seen = sources.filter(({ newest }) => Number.isFinite(newest))
  return [
    samples(
      pipelineMetrics.records,
      sources.flatMap(({ id, results }) =>
        recordResults.map((result: RecordResult) => ({
          labels: { source: id, result },
          value: results[result],
        })),
      ),
    ),
    samples(
      pipelineMetrics.watermark,
      seen.map(({ id, watermark }) => ({
        labels: { source: id },
        value: watermark.at(facts.steadyMs, pipeline.watermarkLimits) / 1000,
      })),
    ),
    samples(
      pipelineMetrics.lastEvent,
      seen.map(({ id, newest }) => ({ labels: { source: id }, value: newest / 1000 })),
    ),
    samples(
      pipelineMetrics.lastRecord,
      sources.flatMap(({ id, lastReadAt }) =>
        lastReadAt === undefined ? [] : [{ labels: { source: id }, value: lastReadAt / 1000 }],
      ),
    ),
    samples(
      pipelineMetrics.sourceSilent,
      seen.map((source) => ({
        labels: { source: source.id },
        value: source.isSilent(facts.now, facts.silentAfterMs) ? 1 : 0,
      })),
    ),
    samples(
      pipelineMetrics.sourceLag,
      seen.flatMap(({ id, lagMs }) =>
        lagMs === undefined ? [] : [{ labels: { source: id }, value: lagMs / 1000 }],
      ),
    ),
    samples(
      pipelineMetrics.lateDropped,
      sources.map(({ id, lateEvents }) => ({ labels: { source: id }, value: lateEvents })),
    ),
    samples(
      pipelineMetrics.duplicates,
      sources.map(({ id, duplicateEvents }) => ({ labels: { source: id }, value: duplicateEvents })),
    ),
  ]
}

function processSamples(pipeline: Pipeline, facts: RunFacts): FamilySamples[] {
  return [
    samples(pipelineMetrics.ledgerTokens, [{ labels: {}, value: pipeline.ledger.tokens }]),
    samples(pipelineMetrics.ledgerWaiting, [{ labels: {}, value: pipeline.ledger.waiting }]),
    samples(
      pipelineMetrics.ledgerForgotten,
      Object.entries(pipeline.ledger.forgotten).map(([what, value]) => ({ labels: { what }, value })),
    ),
    samples(
      pipelineMetrics.expiredUses,
      [...pipeline.ledger.expiredUses].map(([provider, value]) => ({ labels: { provider }, value })),
    ),
    samples(pipelineMetrics.fallbackHolders, [{ labels: {}, value: pipeline.fallbacks.holders }]),
    samples(pipelineMetrics.fallbackWaiting, [{ labels: {}, value: pipeline.fallbacks.waiting }]),
    samples(pipelineMetrics.fallbackUnjudged, [{ labels: {}, value: pipeline.fallbacks.unjudged }]),
    samples(
      pipelineMetrics.fallbackForgotten,
      Object.entries(pipeline.fallbacks.forgotten).map(([what, value]) => ({ labels: { what }, value })),
    ),
    samples(pipelineMetrics.intakePaused, [{ labels: {}, value: facts.isIntakePaused ? 1 : 0 }]),
    samples(pipelineMetrics.fileFailures, [{ labels: {}, value: facts.fileFailures }]),
    samples(
      pipelineMetrics.webhookRequests,
      [...facts.webhookRequests].map(([code, value]) => ({ labels: { code: String(code) }, value })),
    ),
    samples(pipelineMetrics.buildInfo, [
      { labels: { version: facts.version, node_version: facts.nodeVersion }, value: 1 },
    ]),
    samples(pipelineMetrics.configLastReloadSuccessful, [
      { labels: {}, value: facts.isLastReloadSuccessful ? 1 : 0 },
    ]),
    samples(pipelineMetrics.seriesDropped, [
      { labels: { family: eventFamilies }, value: pipeline.counters.overflowed },
    ]),
  ]
}

/** @param statuses of the pipeline's objectives: whoever else needs them in the same scrape evaluates them no second time */
export function collectSamples(
  pipeline: Pipeline,
  statuses: readonly ObjectiveStatus[],
  facts: RunFacts,
): readonly FamilySamples[] {
  const series = pipeline.counters.all()
  return [
    ...identitySamples(series),
    ...accessSamples(series),
    ...objectiveSamples(statuses),
    ...sourceSamples(pipeline, facts),
    ...processSamples(pipeline, facts),
  ]
}
