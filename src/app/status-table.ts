/** What a running instance says, as a person reads it in a terminal: the worst first. */
import { activeConfidence } from '../diagnosis/diagnosis.ts'
import { diagnosisText } from './explanation-text.ts'
import type { InstanceStatus, SeenAlert, SeenObjective } from './instance-status.ts'
import {
  type Cell,
  formatCount,
  formatPercent,
  formatRate,
  formatTime,
  printable,
  renderTable,
  type Terminal,
} from './terminal.ts'

function shortTime(time: string): string {
  return formatTime(Date.parse(time))
}

function isPaging(alerts: readonly SeenAlert[]): boolean {
  return alerts.some(({ severity }) => severity === 'page')
}

function stateOf({ alerts, hasData }: SeenObjective, firing: readonly SeenAlert[]): Cell {
  const held = alerts.filter(({ heldBack }) => heldBack).map(({ id }) => id)
  const heldText = held.length === 0 ? '' : `held back: ${held.join(', ')}`
  if (firing.length > 0) {
    const told = firing.map(({ alert, since }) => `${alert} since ${shortTime(since)}`)
    const text = [...told, heldText].filter((part) => part !== '').join('; ')
    return { text, colour: isPaging(firing) ? 'red' : 'yellow' }
  }
  if (heldText !== '') return { text: heldText, colour: 'yellow' }
  return hasData ? 'ok' : 'no data'
}

function objectiveTable({ objectives, activeAlerts }: InstanceStatus, colours: boolean): string {
  const listed = objectives.map((objective) => {
    const { service, name } = objective
    const firing = activeAlerts.filter((alert) => alert.objective === `${service}-${name}`)
    const rank = isPaging(firing) ? 0 : firing.length > 0 ? 1 : 2
    return { objective, firing, rank }
  })
  const worst = listed.toSorted(
    (a, b) => a.rank - b.rank || a.objective.errorBudgetRemaining - b.objective.errorBudgetRemaining,
  )
  const rows = worst.map(({ objective, firing }): Cell[] => {
    const { service, name, window, target, value, errorBudgetRemaining: left, burnRates } = objective
    const budget = formatPercent(left)
    return [
      `${service}/${name}`,
      window,
      formatPercent(target),
      formatPercent(value),
      left < 0 ? { text: budget, colour: 'yellow' } : budget,
      formatRate(burnRates['1h'] ?? 0),
      stateOf(objective, firing),
    ]
  })
  const header = ['objective', 'window', 'target', 'SLI', 'budget left', 'burn 1h', 'alerts']
  return renderTable(header, rows, ['left', 'left', 'right', 'right', 'right', 'right'], colours)
}

function diagnosisParagraphs({ diagnoses }: InstanceStatus): string {
  const active = diagnoses.filter(({ confidence }) => confidence >= activeConfidence)
  if (active.length === 0) return '\nnothing points to a failure mode\n'
  return active.map((each) => `\n${diagnosisText(each)}`).join('')
}

function incidentLines({ incidents }: InstanceStatus): string {
  const open = incidents.incidents.filter(({ state }) => state === 'open')
  const lines = open.map(
    ({ id, title, detectedAt }) => `  ${printable(`${title}, since ${shortTime(detectedAt)} (${id})`)}\n`,
  )
  return `\nopen incidents: ${formatCount(incidents.open)}\n${lines.join('')}`
}

function findingLines({ findings }: InstanceStatus): string {
  const counts = new Map<string, number>()
  for (const { finding } of findings.findings) counts.set(finding, (counts.get(finding) ?? 0) + 1)
  const kinds = [...counts].map(([kind, count]) => `${formatCount(count)} ${kind}`)
  const which = kinds.length === 0 ? '' : ` (${kinds.join(', ')})`
  return `findings: ${formatCount(findings.findings.length)}${which}\n`
}

function sourceTable({ sources }: InstanceStatus, colours: boolean): string {
  if (sources.length === 0) return '\nno records yet\n'
  const rows = sources.map(({ id, records, lastEvent, lagSeconds, isSilent }): Cell[] => [
    id,
    formatCount(records['accepted'] ?? 0),
    formatCount(records['rejected'] ?? 0),
    formatCount(records['late'] ?? 0),
    lastEvent === undefined ? 'never' : shortTime(lastEvent),
    lagSeconds === undefined ? '' : `${formatCount(lagSeconds)} s`,
    isSilent ? { text: 'silent', colour: 'yellow' } : 'ok',
  ])
  const header = ['source', 'accepted', 'rejected', 'late', 'last event', 'lag', 'state']
  const align = ['left', 'right', 'right', 'right', 'left', 'right'] as const
  return `\n${renderTable(header, rows, align, colours)}`
}

export function renderStatus(status: InstanceStatus, { colours }: Pick<Terminal, 'colours'>): string {
  return [
    `as of ${status.at ?? 'no event yet'}\n\n`,
    objectiveTable(status, colours),
    diagnosisParagraphs(status),
    incidentLines(status),
    findingLines(status),
    sourceTable(status, colours),
  ].join('')
}
