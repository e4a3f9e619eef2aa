/** Alerts on the engine itself: whoever watches identities must not go blind unnoticed. */
import { engineAnnotations, type Links, type Severity } from './alert-text.ts'
import { dashboardOfLabel } from './dashboard-links.ts'
import { labels } from './labels.ts'
import { kafkaMetrics, pipelineMetrics } from './pipeline-conventions.ts'
import { absent, aggregate, compare, divide, type Expr, over, select, vector } from './promql.ts'
import {
  alertLabels,
  alertNames,
  dashboardUids,
  eventLoopUtilization,
  ruleGroups,
} from './rule-conventions.ts'
import type { AlertRule, RuleGroup } from './rule-file.ts'

/** Cloud providers promise their audit logs within minutes, and deliver within the hour. */
const laggingAfterSeconds = 1800
const rejectedShare = '0.01'
const trendWindow = '15m'

export interface EngineAlert {
  readonly alert: string
  readonly severity: Severity
  readonly expr: Expr
  readonly for?: string
  readonly summary: string
  readonly description: string
  /** The label whose value the dashboard of the pipeline is to show. */
  readonly about?: string
}

function increaseBy(
  metric: { readonly name: string },
  by: string,
  matchers: Record<string, string>,
  window: string,
) {
  return aggregate('sum', over('increase', select(metric.name, matchers), window), [by])
}

const {
  buildInfo,
  configLastReloadSuccessful,
  intakePaused,
  lateDropped,
  records,
  seriesDropped,
  sourceLag,
  sourceSilent,
} = pipelineMetrics
const { joined, partitionStalled } = kafkaMetrics

const rejected = divide(
  increaseBy(records, labels.source, { [labels.result]: 'rejected' }, '1h'),
  compare(increaseBy(records, labels.source, {}, '1h'), '>', '0'),
)

export const engineAlerts: readonly EngineAlert[] = [
  {
    alert: alertNames.engineDown,
    severity: 'page',
    expr: absent(select(buildInfo.name)),
    for: '5m',
    summary: 'identity-slo is not running or not scraped',
    description: 'No instance exports its build information: no objective is evaluated and nobody is paged.',
  },
  {
    alert: alertNames.sourceSilent,
    severity: 'ticket',
    expr: compare(aggregate('min', select(sourceSilent.name), [labels.source]), '==', '1'),
    for: '10m',
    about: labels.source,
    summary: `Source {{ $labels.${labels.source} }} is silent`,
    description:
      'No record of it was read for longer than limits.silentAfterSeconds. A silent log is not a healthy one: ' +
      'the objectives that read it stand still.',
  },
  {
    alert: alertNames.sourceLagging,
    severity: 'ticket',
    expr: compare(
      aggregate('max', select(sourceLag.name), [labels.source]),
      '>',
      String(laggingAfterSeconds),
    ),
    for: '30m',
    about: labels.source,
    summary: `Source {{ $labels.${labels.source} }} delivers late`,
    description:
      'Its newest events are {{ $value | humanizeDuration }} old when they arrive: pages come that late.',
  },
  {
    alert: alertNames.intakePaused,
    severity: 'page',
    expr: compare(aggregate('max', select(intakePaused.name)), '==', '1'),
    for: '2m',
    summary: 'identity-slo takes nothing in: its state cannot be written',
    description:
      'Senders are asked to come again, files and topics wait. Nothing is lost yet: a full disk is the usual cause.',
  },
  {
    alert: alertNames.kafkaNotJoined,
    severity: 'ticket',
    expr: compare(aggregate('max', select(joined.name), [labels.consumer]), '==', '0'),
    for: '10m',
    summary: `Kafka consumer {{ $labels.${labels.consumer} }} is not in its group`,
    description: 'Its brokers cannot be reached, or refuse it: nothing of its topics is read.',
  },
  {
    alert: alertNames.kafkaStalled,
    severity: 'ticket',
    expr: compare(
      aggregate('max', select(partitionStalled.name), [labels.consumer, labels.topic]),
      '==',
      '1',
    ),
    for: '10m',
    summary: `Topic {{ $labels.${labels.topic} }} is stalled`,
    description:
      'A partition has records and none comes: the broker throttles, a transaction is open, or the position is gone.',
  },
  {
    alert: alertNames.atCapacity,
    severity: 'ticket',
    expr: compare(over('avg_over_time', select(eventLoopUtilization), trendWindow), '>', '0.9'),
    for: trendWindow,
    summary: 'identity-slo has no capacity left',
    description:
      'Its one core is busy {{ $value | humanizePercentage }} of the time: lag will grow. Share the topics over more members, or read less.',
  },
  {
    alert: alertNames.configReloadFailed,
    severity: 'ticket',
    expr: compare(aggregate('min', select(configLastReloadSuccessful.name)), '==', '0'),
    for: '5m',
    summary: 'identity-slo could not reload its configuration',
    description:
      'The former configuration and objectives still run. The log says file, line and what is allowed.',
  },
  {
    alert: alertNames.recordsRejected,
    severity: 'ticket',
    expr: compare(rejected, '>', rejectedShare),
    for: trendWindow,
    about: labels.source,
    summary: `Records of source {{ $labels.${labels.source} }} are rejected`,
    description:
      '{{ $value | humanizePercentage }} of the records of the last hour could not be read, and count in no objective.',
  },
  {
    alert: alertNames.eventsDroppedLate,
    severity: 'ticket',
    expr: compare(increaseBy(lateDropped, labels.source, {}, '1h'), '>', '0'),
    about: labels.source,
    summary: `Events of source {{ $labels.${labels.source} }} came too late to count`,
    description: '{{ $value | humanize }} events of the last hour were older than the allowed lateness.',
  },
  {
    alert: alertNames.seriesCapReached,
    severity: 'ticket',
    expr: compare(increaseBy(seriesDropped, labels.family, {}, trendWindow), '>', '0'),
    for: trendWindow,
    summary: `Family {{ $labels.${labels.family} }} has reached the series cap`,
    description:
      'Further label sets are counted together under the overflow value. Objectives are not affected.',
  },
  {
    alert: alertNames.watchdog,
    severity: 'none',
    expr: vector('1'),
    summary: 'The way from identity-slo to your pager works',
    description:
      'Always firing. Have a receiver outside of this cluster raise an alarm when it no longer comes: then nobody would be paged.',
  },
]

/** Which dashboard an alert leads to, as a template of Prometheus. */
export function dashboardOf({ about }: EngineAlert): string {
  return about === undefined ? dashboardUids.pipeline : dashboardOfLabel(dashboardUids.pipeline, about)
}

function rule(entry: EngineAlert, links: Links): AlertRule {
  const { alert, severity, expr, summary, description } = entry
  return {
    alert,
    expr,
    ...(entry.for === undefined ? {} : { for: entry.for }),
    labels: { [alertLabels.severity]: severity },
    annotations: engineAnnotations(links, alert, { summary, description }, dashboardOf(entry)),
  }
}

export function engineAlertGroup(links: Links): RuleGroup {
  return { name: ruleGroups.engine, rules: engineAlerts.map((entry) => rule(entry, links)) }
}
