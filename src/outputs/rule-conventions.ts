/** Every name of a rule, alert, annotation and dashboard, spelled here and nowhere else. */

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

/** Recorded series: sloth's names; the last three are ours. */
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
  lastingErrors: (window: string) => `slo:sli_error_lasting:sigmas${window}`,
} as const

/** Rule groups; those of an objective are sloth's. */
export const ruleGroups = {
  sli: (objectiveId: string) => `sloth-slo-sli-recordings-${objectiveId}`,
  meta: (objectiveId: string) => `sloth-slo-meta-recordings-${objectiveId}`,
  alerts: (objectiveId: string) => `sloth-slo-alerts-${objectiveId}`,
  engine: 'identity-slo-engine-alerts',
  platform: 'identity-slo-platform-alerts',
  eventTime: (objectiveId: string) => `identity-slo-event-time-alerts-${objectiveId}`,
} as const

/** Alert names share a first word, so that `alertNamePattern` finds them all. */
export const alertNames = {
  burn: 'IdentitySLOErrorBudgetBurn',
  sustained: 'IdentitySLOErrorRateSustained',
  halfBudget: 'IdentitySLOErrorBudgetHalfSpent',
  exhausted: 'IdentitySLOErrorBudgetExhausted',
  engineDown: 'IdentitySLOEngineDown',
  sourceSilent: 'IdentitySLOSourceSilent',
  sourceLagging: 'IdentitySLOSourceLagging',
  configReloadFailed: 'IdentitySLOConfigReloadFailed',
  recordsRejected: 'IdentitySLORecordsRejected',
  eventsDroppedLate: 'IdentitySLOEventsDroppedLate',
  intakePaused: 'IdentitySLOIntakePaused',
  kafkaNotJoined: 'IdentitySLOKafkaNotJoined',
  kafkaStalled: 'IdentitySLOKafkaStalled',
  atCapacity: 'IdentitySLOAtCapacity',
  seriesCapReached: 'IdentitySLOSeriesCapReached',
  watchdog: 'IdentitySLOWatchdog',
  platformOutage: 'IdentitySLOPlatformOutage',
  criticalOutage: 'IdentitySLOCriticalOutage',
} as const

export const alertNamePattern = 'IdentitySLO.+'

/** How busy the event loop is, 0 to 1: OpenTelemetry's name, on the port of the self metrics. */
export const eventLoopUtilization = 'nodejs_eventloop_utilization_ratio'

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
  culprits: 'culprits',
  since: 'since',
  diagnosis: 'diagnosis',
  diagnosisRunbookUrl: 'diagnosis_runbook_url',
} as const

/** Stable over versions: bookmarks and links depend on them. */
export const dashboardUids = {
  executive: 'identity-slo-executive',
  onCall: 'identity-slo-on-call',
  debug: 'identity-slo-debug',
  pipeline: 'identity-slo-pipeline',
} as const
