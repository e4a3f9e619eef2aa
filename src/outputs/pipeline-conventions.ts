/** Every name of a metric about the pipeline itself; conventions.ts has those about identities and objectives. */
import { labels } from './labels.ts'
import { since } from './metric-family.ts'

const { counter, gauge } = since('0.1.0')

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
  lastEvent: gauge(
    'identity_slo_source_last_event_timestamp_seconds',
    [labels.source],
    'Event time of the newest event of the source; absent before its first event.',
  ),
  lastRecord: gauge(
    'identity_slo_source_last_record_timestamp_seconds',
    [labels.source],
    'When a record of the source was last read, whatever became of it.',
  ),
  sourceSilent: gauge(
    'identity_slo_source_silent',
    [labels.source],
    'Whether no record of the source was read for longer than limits.silentAfterSeconds (1): its objectives stand still.',
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
  ledgerTokens: gauge(
    'identity_slo_ledger_tokens',
    [],
    'Tokens alive whose issue is remembered, so that their age is known when they are used.',
  ),
  ledgerWaiting: gauge(
    'identity_slo_ledger_waiting',
    [],
    'Events that wait for what belongs to them, such as a use for the issue of its token.',
  ),
  ledgerForgotten: counter(
    'identity_slo_ledger_forgotten_total',
    [labels.what],
    'Tokens, and waiting events, forgotten for want of room.',
  ),
  fallbackHolders: gauge(
    'identity_slo_fallback_holders',
    [],
    'Workloads, applications and identities that are known to have a managed identity.',
  ),
  fallbackWaiting: gauge(
    'identity_slo_fallback_waiting_events',
    [],
    'Uses of static credentials that wait for it to be known whether their workload has a managed identity.',
  ),
  fallbackUnjudged: counter(
    'identity_slo_fallback_unjudged_total',
    [],
    'Uses of static credentials by workloads that have nothing else, as far as the records tell.',
  ),
  fallbackForgotten: counter(
    'identity_slo_fallback_forgotten_total',
    [labels.what],
    'Holders of managed identities, and waiting uses, forgotten for want of room.',
  ),
  expiredUses: counter('identity_slo_expired_token_uses_total', [labels.provider], 'Uses of expired tokens.'),
  intakePaused: gauge(
    'identity_slo_intake_paused',
    [],
    'Whether nothing is taken in because it cannot be made durable (1), such as on a full disk.',
  ),
  fileFailures: counter(
    'identity_slo_file_failures_total',
    [],
    'Attempts to read a log file or folder that failed; each is tried again.',
  ),
  webhookRequests: counter(
    'identity_slo_webhook_requests_total',
    [labels.code],
    'Requests with records, by the HTTP status that answered them.',
  ),
  inventoryOldest: gauge(
    'identity_slo_inventory_oldest_timestamp_seconds',
    [],
    'When the oldest of the inventory files was last changed; absent without any.',
  ),
  inventoryFailures: counter(
    'identity_slo_inventory_failures_total',
    [],
    'Attempts to read an inventory file or folder that failed; each is tried again.',
  ),
  inventoryForgotten: counter(
    'identity_slo_inventory_forgotten_total',
    [],
    'Identities, uses and changes forgotten for want of room: radii and uses may be too small.',
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

/** Consumers of Kafka topics, by the name that the configuration gives them. */
export const kafkaMetrics = {
  joined: gauge(
    'identity_slo_kafka_joined',
    [labels.consumer],
    'Whether the consumer is a member of its group (1).',
  ),
  caughtUp: gauge(
    'identity_slo_kafka_caught_up',
    [labels.consumer],
    'Whether everything was read that was there when reading began (1): until then nothing is late.',
  ),
  partitionLag: gauge(
    'identity_slo_kafka_partition_lag_records',
    [labels.consumer, labels.topic, labels.partition],
    'Records of the partition that are there and not read; absent until both ends are known.',
  ),
  partitionStalled: gauge(
    'identity_slo_kafka_partition_stalled',
    [labels.consumer, labels.topic, labels.partition],
    'Whether the partition has records and none came for stallSeconds (1).',
  ),
  outOfRange: counter(
    'identity_slo_kafka_out_of_range_total',
    [labels.consumer, labels.topic, labels.partition],
    'How often the position of the partition was not on the broker any more.',
  ),
  rebalances: counter(
    'identity_slo_kafka_rebalances_total',
    [labels.consumer],
    'How often partitions were shared out anew.',
  ),
  rebuilds: counter(
    'identity_slo_kafka_rebuilds_total',
    [labels.consumer, labels.why],
    'How often the consumer was built anew, by why: stalled, crashed or disconnected.',
  ),
  unsettled: counter(
    'identity_slo_kafka_unsettled_total',
    [labels.consumer],
    'Partitions given back before the broker knew how far they were read: their next reader counts some records again.',
  ),
} as const

/** Alertmanagers that the engine itself tells of alerts. */
export const alertmanagerMetrics = {
  up: gauge(
    'identity_slo_alertmanager_up',
    [labels.alertmanager],
    'Whether the last attempt to tell it anything was answered (1); absent before the first.',
  ),
  alertsSent: counter(
    'identity_slo_alertmanager_alerts_sent_total',
    [labels.alertmanager],
    'Alerts that it took, those told again included.',
  ),
  alertsRefused: counter(
    'identity_slo_alertmanager_alerts_refused_total',
    [labels.alertmanager],
    'Alerts that it will not take: they are not sent again.',
  ),
  failures: counter(
    'identity_slo_alertmanager_failures_total',
    [labels.alertmanager],
    'Attempts that were not answered, or answered with an error; they are repeated.',
  ),
  pending: gauge(
    'identity_slo_alertmanager_pending_alerts',
    [labels.alertmanager],
    'Alerts that have begun or ended and that it does not know of yet.',
  ),
  held: gauge(
    'identity_slo_alerts_held',
    [],
    'Firing alerts about times too far back to wake anybody: see alertmanager.maxAlertAgeSeconds.',
  ),
} as const

/** The OTLP receiver. */
export const otlpMetrics = {
  requests: counter(
    'identity_slo_otlp_requests_total',
    [labels.transport, labels.code],
    'Export requests by OTLP, by transport (http, grpc) and the HTTP status, or its like in gRPC, that answered them.',
  ),
  spans: counter(
    'identity_slo_otlp_spans_total',
    [labels.sampling],
    'Spans that count, by whether they say how many they stand for (known) or not (unknown): each of those counts as one.',
  ),
  represented: counter(
    'identity_slo_otlp_represented_spans_total',
    [],
    'How many spans those of known sampling stand for.',
  ),
  series: gauge(
    'identity_slo_otlp_series',
    [],
    'Series of client metrics whose last point is remembered, so that only what is new counts.',
  ),
  seriesForgotten: counter(
    'identity_slo_otlp_series_forgotten_total',
    [],
    'Series forgotten for want of room: they count on from their next point.',
  ),
  processes: gauge(
    'identity_slo_otlp_processes',
    [],
    'Processes whose observers are remembered, so that no fetch counts twice.',
  ),
} as const

/** Targets whose client metrics are pulled. */
export const prometheusMetrics = {
  up: gauge(
    'identity_slo_prometheus_up',
    [labels.scrapeTarget],
    'Whether the last scrape of the target worked (1); absent before the first.',
  ),
  scrapes: counter('identity_slo_prometheus_scrapes_total', [labels.scrapeTarget], 'Scrapes of the target.'),
  failures: counter(
    'identity_slo_prometheus_scrape_failures_total',
    [labels.scrapeTarget],
    'Scrapes of the target that failed: no answer in time, an error, or more than is read.',
  ),
} as const
