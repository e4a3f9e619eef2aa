/** docs/metrics.md: the catalogue of conventions.ts for people. */
import { clientMetrics, identityMetrics, metricFamilies, objectiveMetrics } from './conventions.ts'
import { engineAlerts } from './engine-alerts.ts'
import { code, table } from './markdown-table.ts'
import type { MetricFamily } from './metric-family.ts'
import {
  alertmanagerMetrics,
  kafkaMetrics,
  otlpMetrics,
  pipelineMetrics,
  prometheusMetrics,
} from './pipeline-conventions.ts'
import { alertNames, records, slothLabels } from './rule-conventions.ts'
import { generatedNotice } from './rule-file.ts'

function labelCell(family: MetricFamily): string {
  return family.labelNames.map(code).join(', ')
}

function familyTable(families: readonly MetricFamily[]): string {
  const rows = families.map((family) => [
    code(family.name),
    family.type,
    family.unit,
    labelCell(family),
    family.help,
    family.since,
  ])
  return table(['name', 'type', 'unit', 'labels', 'meaning', 'since'], rows)
}

function bucketLines(): string {
  return metricFamilies
    .filter((family) => family.buckets)
    .map((family) => `- ${code(family.name)}: ${(family.buckets ?? []).join(', ')}`)
    .join('\n')
}

const recordedRows: readonly (readonly [string, string])[] = [
  [
    records.sliErrorRatio('<window>'),
    'Share of bad events in the window, 0 to 1: every burn window, and the whole period.',
  ],
  [records.objectiveRatio, 'Target, 0 to 1.'],
  [records.errorBudgetRatio, '1 − target, exactly.'],
  [records.timePeriodDays, 'Length of the period; a calendar period has its nominal one.'],
  [records.currentBurnRate, 'Error ratio of 5 minutes over the budget.'],
  [records.periodBurnRate, 'Error ratio of the period over the budget.'],
  [records.periodErrorBudgetRemaining, '1 − burn rate of the period; below 0 is overspent.'],
  [records.info, 'Always 1.'],
  [records.periodEvents, 'Good and bad events of the period, by `verdict` (not in sloth).'],
  [records.periodCoverage, 'Share of the period for which events are known (not in sloth).'],
  [
    records.lastingErrors('<window>'),
    'Failures outside of the worst minute against what is allowed, in standard deviations (not in sloth).',
  ],
]

const budgetAlertRows: readonly (readonly [string, string, string])[] = [
  [
    alertNames.burn,
    'page, ticket',
    'A long and a short window both burn above the factor of their tier (label `tier`).',
  ],
  [
    alertNames.sustained,
    'page',
    'Of a critical objective: the same over 15 and 5 minutes, at nearly the rate of the slow page.',
  ],
  [alertNames.halfBudget, 'page', 'Over half of the budget went in one hour.'],
  [alertNames.exhausted, 'ticket', 'The budget of the period is spent.'],
]

const platformAlertRows: readonly (readonly [string, string, string])[] = [
  [
    alertNames.platformOutage,
    'page',
    'Over half of the requests to a provider failed in 5 minutes, by the fault of the platform.',
  ],
  [
    alertNames.criticalOutage,
    'page',
    'Over 30 % of the services with critical objectives are out at once (a fast page of theirs fires), two at least.',
  ],
]

function alertTable(): string {
  const engine = engineAlerts.map((entry) => {
    const fires = entry.summary.replaceAll(/\{\{ \$labels\.(\w+) \}\}/g, code('$1'))
    return [code(entry.alert), entry.severity, `${fires}.`]
  })
  const budget = budgetAlertRows.map(([name, severity, meaning]) => [code(name), severity, meaning])
  const platform = platformAlertRows.map(([name, severity, meaning]) => [code(name), severity, meaning])
  return table(['alert', 'severity', 'fires when'], [...budget, ...platform, ...engine])
}

const introduction = `Counters move when a record is read. What depends on an event's own time (error ratios, burn rates, budgets)
is computed by the engine in event time and exported as gauges; late records correct those afterwards.
Exported names and labels are stable: they change with a major version only.
An identity is never a label of a counter. Labels are never called \`service\` or \`owner\`: scrapes use those names.`

const recordingNotes = `One set for each objective, with ${Object.values(slothLabels).slice(0, 4).map(code).join(', ')}, as sloth names them: dashboards made for sloth read
them unchanged. Every series is always a number. Where a window has no judged event, its error ratio is what the
objective's \`noData\` says: the former value (\`hold\`, and 0 before the first event), 0 (\`good\`) or 1 (\`bad\`).
Excluded events are in no ratio. The period's ratio is one of counts, not a mean of ratios, so that each event weighs
the same. Time slices, composites and calendar periods are taken from the engine's gauges, which alone know them.`

/** The whole page. */
export function renderMetricsDoc(): string {
  const sections: readonly (readonly [string, string])[] = [
    ['Identity events', familyTable(Object.values(identityMetrics))],
    ['Objectives', familyTable(Object.values(objectiveMetrics))],
    ['Pipeline', familyTable(Object.values(pipelineMetrics))],
    ['Kafka', familyTable(Object.values(kafkaMetrics))],
    ['Alertmanagers', familyTable(Object.values(alertmanagerMetrics))],
    ['OTLP', familyTable(Object.values(otlpMetrics))],
    ['Prometheus targets', familyTable(Object.values(prometheusMetrics))],
    ['Histogram buckets', bucketLines()],
    [
      'Client library',
      `The library emits ${Object.values(clientMetrics).map(code).join(', ')} and a span for each fetch.`,
    ],
    [
      'Recording rules',
      `${recordingNotes}\n\n${table(
        ['series', 'meaning'],
        recordedRows.map(([name, meaning]) => [code(name), meaning]),
      )}`,
    ],
    ['Alerts', alertTable()],
  ]
  const body = sections.map(([title, text]) => `## ${title}\n\n${text}\n`).join('\n')
  return `<!-- ${generatedNotice} -->\n# Metrics\n\n${introduction}\n\n${body}`
}
