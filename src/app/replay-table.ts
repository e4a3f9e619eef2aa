/** The replay report as a person reads it in a terminal. */
import type { ReplayReport } from './replay-report.ts'
import { formatCount, formatPercent, formatRate, formatTime, renderTable, type Terminal } from './terminal.ts'

function recordsLine({ records, at }: ReplayReport): string {
  const parts = Object.entries(records).map(([name, count]) => `${formatCount(count)} ${name}`)
  return `records: ${parts.join(', ')}\nas of ${at ?? 'no event yet'}\n`
}

function objectiveTable(report: ReplayReport, terminal: Terminal): string {
  const rows = report.objectives.map((objective) => {
    const firing = objective.alerts.filter((alert) => alert.firing)
    const isPaging = firing.some((alert) => alert.severity === 'page')
    const state =
      firing.length === 0
        ? objective.hasData
          ? 'ok'
          : 'no data'
        : firing.map((alert) => alert.id).join(', ')
    return [
      `${objective.service}/${objective.name}`,
      objective.window,
      formatPercent(objective.target),
      formatPercent(objective.value),
      formatCount(objective.good),
      formatCount(objective.bad),
      formatCount(objective.excluded),
      formatPercent(objective.errorBudgetRemaining),
      formatRate(objective.burnRates['1h'] ?? 0),
      firing.length === 0 ? state : ({ text: state, colour: isPaging ? 'red' : 'yellow' } as const),
    ]
  })
  return renderTable(
    ['objective', 'window', 'target', 'SLI', 'good', 'bad', 'excluded', 'budget left', 'burn 1h', 'alerts'],
    rows,
    ['left', 'left', 'right', 'right', 'right', 'right', 'right', 'right', 'right'],
    terminal.colours,
  )
}

/** The numbers as they would be without maintenance windows, where those change any. */
function beforeExclusionsTable({ objectives }: ReplayReport): string {
  const rows = objectives.flatMap(({ service, name, good, bad, beforeExclusions: before }) => {
    if (before === undefined) return []
    if (before.good === good && before.bad === bad && before.partialBefore === undefined) return []
    return [
      [
        `${service}/${name}`,
        formatPercent(before.value),
        formatCount(before.good),
        formatCount(before.bad),
        formatPercent(before.errorBudgetRemaining),
        before.partialBefore === undefined ? 'all' : `since ${before.partialBefore}`,
      ],
    ]
  })
  if (rows.length === 0) return ''
  const table = renderTable(['before exclusions', 'SLI', 'good', 'bad', 'budget left', 'left out'], rows, [
    'left',
    'right',
    'right',
    'right',
    'right',
  ])
  return `\n${table}`
}

function identityTable(report: ReplayReport): string {
  const failing = report.identities.filter((identity) => identity.failures > 0).slice(0, 10)
  if (failing.length === 0) return ''
  const rows = failing.map((identity) => [
    identity.name ?? identity.id,
    identity.app,
    identity.provider,
    formatCount(identity.failures),
    formatCount(identity.events),
  ])
  const table = renderTable(
    ['identities with most failures', 'app', 'provider', 'failures', 'events'],
    rows,
    ['left', 'left', 'left', 'right', 'right'],
  )
  return `\n${table}`
}

function rejectionLines(report: ReplayReport): string {
  const entries = Object.entries(report.rejections)
  if (entries.length === 0) return ''
  const rows = entries.map(([reason, count]) => [reason, formatCount(count)])
  return `\n${renderTable(['not counted because', 'records'], rows, ['left', 'right'])}`
}

function transitionTable({ transitions }: ReplayReport, terminal: Terminal): string {
  if (transitions === undefined) return ''
  if (transitions.length === 0) return '\nno alert fired while the records arrived\n'
  const rows = transitions.map(({ at, objective, alert, severity, state, diagnosis, culprits }) => [
    formatTime(Date.parse(at)),
    state === 'firing' ? ({ text: state, colour: severity === 'page' ? 'red' : 'yellow' } as const) : state,
    objective,
    alert,
    diagnosis ?? '',
    culprits.join(', '),
  ])
  const header = ['arrival time', 'state', 'objective', 'alert', 'diagnosis', 'identities with most failures']
  return `\n${renderTable(header, rows, [], terminal.colours)}`
}

export function renderReplayTable(report: ReplayReport, terminal: Terminal): string {
  return [
    recordsLine(report),
    '\n',
    objectiveTable(report, terminal),
    transitionTable(report, terminal),
    beforeExclusionsTable(report),
    identityTable(report),
    rejectionLines(report),
  ].join('')
}
