/** One incident: what it was, what the evidence says, whom it hit, what changed before. */
import type { IncidentView } from '../incident-views.ts'
import { type Content, html, pathTo } from './html.ts'
import { incidentTone } from './incidents-page.ts'
import { type Frame, layout } from './layout.ts'
import { count, duration, instant, percent } from './numbers.ts'
import { table, tiles } from './table.ts'

/** Of each list; all that is kept is in the JSON. */
const maxRows = 50
const maxNames = 8

type Diagnosed = IncidentView['diagnoses'][number]

function seconds(value: number | undefined): string {
  return value === undefined ? '–' : duration(value)
}

function summary(incident: IncidentView): Content {
  const { state, severity, mode = '–', bad } = incident
  return tiles([
    ['state', state, incidentTone(incident)],
    ['severity', severity],
    ['failure mode', mode],
    ['time to detect', seconds(incident.timeToDetectSeconds)],
    ['time to restore', seconds(incident.timeToRestoreSeconds)],
    ['bad events', count(bad)],
  ])
}

function course(incident: IncidentView): Content {
  const { firstFailure, firstFailureWithinSeconds: within, detectedAt, restoredAt, resolvedAt } = incident
  const coarse = within === undefined ? '' : ` (within ${duration(within)})`
  const steps: readonly (readonly [what: string, time: string | undefined])[] = [
    [`first failure${coarse}`, firstFailure],
    ['an alert fired', detectedAt],
    ['failures ended', restoredAt],
    ['the last alert ended', resolvedAt],
  ]
  return table(
    'Course',
    [
      { title: 'Step', kind: 'w', cell: ([what]) => what },
      { title: 'Time of the event', kind: 'n', cell: ([, time]) => instant(time) },
    ],
    steps,
  )
}

function named(names: readonly string[]): string {
  const more = names.length > maxNames ? ` and ${names.length - maxNames} more` : ''
  return names.length === 0 ? '–' : `${names.slice(0, maxNames).join(', ')}${more}`
}

function diagnosis(
  { title, mode, confidence, since, failures, ...rest }: Diagnosed,
  number: number,
): Content {
  const { affected, evidence, change, runbook } = rest
  const { apps, services, workloads, layers } = affected
  return html`<section aria-labelledby="diagnosis-${number}"><h3 id="diagnosis-${number}">${mode} ${title}</h3>
<p>${percent(confidence, 0)} sure; ${count(failures)} failures since ${instant(since)}. What to do: <code>docs/runbooks/${runbook}.md</code></p>
${change && html`<p class="note">Before it: ${change.what}, by ${change.actor} at ${instant(change.time)}.</p>`}
<dl class="pairs"><div><dt>Applications</dt><dd>${named(apps)}</dd></div><div><dt>Services</dt><dd>${named(services)}</dd></div><div><dt>Workloads</dt><dd>${named(workloads)}</dd></div><div><dt>Layers</dt><dd>${named(layers)}</dd></div></dl>
${table(
  `Evidence of ${title}`,
  [
    { title: 'Time', cell: ({ time }) => instant(time) },
    { title: 'Evidence', kind: 'w', cell: ({ what }) => what },
    { title: 'Event', kind: 'w', cell: ({ eventId = '–' }) => html`<code>${eventId}</code>` },
  ],
  evidence.slice(0, maxRows),
)}</section>`
}

function alerts({ objectiveDetails }: IncidentView): Content {
  const rows = objectiveDetails.flatMap((objective) =>
    objective.alerts.map((alert) => ({ objective, alert })),
  )
  return table(
    'Alerts',
    [
      {
        title: 'Objective',
        kind: 'w',
        cell: ({ objective: { id } }) => html`<a href="${pathTo('/objectives', id)}">${id}</a>`,
      },
      { title: 'Alert', cell: ({ alert }) => alert.id },
      { title: 'Severity', cell: ({ alert }) => alert.severity },
      { title: 'Fired', kind: 'n', cell: ({ alert }) => instant(alert.firedAt) },
      {
        title: 'Ended',
        kind: 'n',
        cell: ({ alert }) => (alert.resolvedAt === undefined ? 'still fires' : instant(alert.resolvedAt)),
        tone: ({ alert }) => (alert.resolvedAt === undefined ? 'bad' : undefined),
      },
      { title: 'Bad', kind: 'n', cell: ({ objective }) => count(objective.bad) },
      {
        title: 'Budget spent',
        kind: 'n',
        cell: ({ objective: { budgetSpent: spent } }) => (spent === undefined ? '–' : percent(spent, 2)),
      },
    ],
    rows.slice(0, maxRows),
  )
}

function identities({ identities: rows }: IncidentView): Content {
  if (rows.length === 0) return html`<p>Nobody is known by name.</p>`
  return table(
    'Identities',
    [
      {
        title: 'Identity',
        kind: 'w',
        cell: ({ id, name }) => html`<a href="${pathTo('/identities', id)}">${name ?? id}</a>`,
      },
      { title: 'Bad', kind: 'n', cell: ({ bad }) => count(bad) },
    ],
    rows.slice(0, maxRows),
  )
}

function changes({ changes: rows }: IncidentView): Content {
  if (rows.length === 0) return html`<p>No event tells of a change that concerns these identities.</p>`
  return table(
    'Changes',
    [
      { title: 'Time', cell: ({ time }) => instant(time) },
      { title: 'Change', kind: 'w', cell: ({ what }) => what },
      { title: 'By', kind: 'w', cell: ({ actor }) => actor },
    ],
    rows.slice(0, maxRows),
  )
}

export function incidentPage(frame: Frame, incident: IncidentView): string {
  const { id, title, owner, diagnoses } = incident
  const main = html`<h1>${title}</h1>
<p class="soft">${id} · owner ${owner === '' ? 'nobody' : owner} · <a href="${pathTo('/api/v1/incidents', id)}">as JSON</a></p>
${summary(incident)}
<h2>What the evidence says</h2>
${diagnoses.length === 0 ? html`<p>Nothing that is surer than chance: the alerts below say what burns, not why.</p>` : diagnoses.map(diagnosis)}
<h2>Whom it hit</h2>${identities(incident)}
<h2>What changed</h2>${changes(incident)}
<h2>Alerts</h2>${alerts(incident)}
<h2>Course</h2>${course(incident)}`
  return layout(frame, { title, section: '/incidents', main })
}
