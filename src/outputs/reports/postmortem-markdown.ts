/** The facts of a postmortem as Markdown: what is known, and plainly what is not. */
import { runbooks } from '../../diagnosis/diagnosis.ts'
import type { IncidentView } from '../incident-views.ts'
import { count, duration, instant, percent } from '../pages/numbers.ts'
import { heading, list, shown, tableOr, text } from './markdown.ts'
import type { IncidentFacts, Postmortem, SourceReport } from './postmortem.ts'

const finestSeconds = 10

function times(incident: IncidentFacts): string {
  const {
    firstFailure,
    firstFailureWithinSeconds: within,
    detectedAt,
    seenAt,
    restoredAt,
    resolvedAt,
  } = incident
  const { timeToDetectSeconds: toDetect, timeToRestoreSeconds: toRestore } = incident
  const isCoarse = within !== undefined && within > finestSeconds
  const coarse = isCoarse ? `, or up to ${duration(within)} later` : ''
  const seenLater =
    seenAt !== undefined && seenAt > detectedAt ? `; its records had arrived by ${instant(seenAt)}` : ''
  return list([
    `**First failure**: ${firstFailure === undefined ? 'not known: no bucket shows it' : instant(firstFailure) + coarse}`,
    `**Detected**: ${instant(detectedAt)}, when the first alert fired${seenLater}`,
    `**Restored**: ${restoredAt === undefined ? `not known: ${openBecause(incident)}` : `${instant(restoredAt)}, the last failure`}`,
    `**Resolved**: ${resolvedAt === undefined ? openBecause(incident) : instant(resolvedAt)}`,
    `**Time to detect**: ${toDetect === undefined ? 'not known' : duration(toDetect)}`,
    `**Time to restore**: ${toRestore === undefined ? 'not known' : duration(toRestore)}`,
  ])
}

function openBecause({ resolvedAt }: IncidentFacts): string {
  return resolvedAt === undefined ? 'it is still open where the records end' : 'no bucket shows the failures'
}

function timeline({ timeline: entries }: IncidentFacts): string {
  const rows = entries.map(({ time, what, actor = '' }) => [instant(time), text(what), text(actor)])
  return tableOr(['time', 'what', 'who'], rows, 'Nothing is known.')
}

function called({ id, name }: IncidentView['identities'][number]): string {
  return name === undefined || name === id ? id : `${name} (${id})`
}

function affected(incident: IncidentFacts): string {
  const {
    services,
    affected: { apps, services: targets, workloads, layers },
    identities,
  } = incident
  const line = (name: string, names: readonly string[]): readonly string[] =>
    names.length === 0 ? [] : [`**${name}**: ${shown(names)}`]
  const burned = identities.map((identity) => `${called(identity)}: ${count(identity.bad)}`)
  return list([
    ...line('Services with an objective', services),
    ...line('Applications', apps),
    ...line('Called services', targets),
    ...line('Workloads', workloads),
    ...line('Layers', layers),
    ...line('Identities, failures on the days it touches', burned),
  ])
}

function change({ time, what, actor }: IncidentView['changes'][number]): string {
  return `${instant(time)}: ${text(what)}, by ${text(actor)}`
}

function before(incident: IncidentFacts): string {
  const begin = incident.firstFailure ?? incident.detectedAt
  const own = incident.changes.filter(({ time }) => time <= begin)
  const none =
    'No change about these identities is in these records for the day before. That is not to say that there was none: other logs may have it.\n'
  const others =
    incident.otherChanges.length === 0
      ? ''
      : `\nChanges about others, from an hour before until detection:\n\n${list(incident.otherChanges.map(change))}`
  return `${own.length === 0 ? none : list(own.map(change))}${others}`
}

function cost({ objectiveDetails }: IncidentFacts): string {
  const rows = objectiveDetails.map(({ id, target, window, bad, budgetSpent }) => [
    text(id),
    `${percent(target)} over ${window}`,
    count(bad),
    budgetSpent === undefined ? 'not known' : percent(budgetSpent, 1),
  ])
  const note =
    'Shares are of the budget by what the window had counted at that time: a young history has little of it.'
  return `${tableOr(['objective', 'promise', 'bad', 'of the whole budget'], rows, 'Nothing.')}\n${note}\n`
}

function isMode(mode: string): mode is keyof typeof runbooks {
  return mode in runbooks
}

function why({ diagnoses }: IncidentFacts): string {
  if (diagnoses.length === 0) return 'Nothing in the records pointed to a failure mode.\n'
  return diagnoses
    .map(({ mode, title, confidence, since, change: cause, evidence, runbook }) => {
      const head = `${isMode(mode) && mode !== 'network' ? `${mode}, ` : ''}${text(title)} (${percent(confidence, 0)} sure), failures since ${instant(since)}`
      const caused = cause === undefined ? [] : [`before it: ${change(cause)}`]
      const shownEvidence = evidence.map(({ what, time, eventId }) => {
        return `${instant(time)}: ${text(what)}${eventId === undefined ? '' : ` (${text(eventId)})`}`
      })
      return `${head}. Runbook: ${runbook}.\n\n${list([...caused, ...shownEvidence])}`
    })
    .join('\n')
}

function incidentText(incident: IncidentFacts): string {
  const { title, id, severity, owner } = incident
  return [
    heading(2, title),
    `${severity === 'page' ? 'Paged' : 'Ticket only'}; owner ${owner === '' ? 'nobody' : text(owner)}; id ${text(id)}.\n`,
    times(incident),
    heading(3, 'Timeline'),
    timeline(incident),
    heading(3, 'What it was'),
    why(incident),
    heading(3, 'Who did what before'),
    before(incident),
    heading(3, 'Affected'),
    affected(incident),
    heading(3, 'What it cost'),
    cost(incident),
  ].join('\n')
}

function rejections({ rejected }: SourceReport): string {
  return Object.entries(rejected)
    .map(([reason, records]) => `${reason} ${count(records)}`)
    .join(', ')
}

function silenceCount({ silences: found, usualGapMs, events }: SourceReport): string {
  return usualGapMs === undefined && events > 0 ? 'too few events to tell' : count(found.length)
}

function sources({ sources: all }: Postmortem): string {
  const rows = all.map((source) => [
    source.source === '' ? 'unrecognised' : text(source.source),
    count(source.events),
    instant(source.readUntil),
    source.late === 0 ? '0' : `${count(source.late)}, up to ${duration(source.longestDelayMs / 1000)}`,
    rejections(source) || '0',
    silenceCount(source),
  ])
  const head = [
    'source',
    'events, repeats included',
    'newest of all',
    'late by > 15 min',
    'rejected',
    'silences',
  ]
  return tableOr(head, rows, 'No source was read.')
}

function seconds(from: string, to: string): number {
  return (Date.parse(to) - Date.parse(from)) / 1000
}

function silences({ sources: all }: Postmortem): string {
  const lines = all.flatMap(({ source, silences: found, usualGapMs, events }) => {
    const usual =
      usualGapMs === undefined ? '' : `; usually there is an event within ${duration(usualGapMs / 1000)}`
    return found.map(({ from, to }) =>
      events === 0
        ? `${text(source)}: no event in the whole interval`
        : `${text(source)}: ${instant(from)} to ${instant(to)}, ${duration(seconds(from, to))}${usual}`,
    )
  })
  return lines.length === 0
    ? 'No source was silent for unusually long.\n'
    : `${list(lines)}\nWhether nothing happened then, or records are missing, the records cannot say.\n`
}

function gaps({ sources: all, to }: Postmortem): string {
  const ended = all.filter(({ isRead, source }) => !isRead && source !== '')
  if (ended.length === 0) return 'All sources have events from after the interval.\n'
  const lines = ended.map(
    ({ source, readUntil }) => `${text(source)}: the newest event that was read is of ${instant(readUntil)}`,
  )
  return `${list(lines)}\nFrom then to ${instant(to)}, either nothing happened there or its records are not among those that were read.\n`
}

const limits = list([
  'Times are those in the records. Whether a page reached somebody, and when anybody acted, no audit log says.',
  'Detection is that of the objectives as they are defined now, over these records in the order in which they arrived.',
  'Only sources that were given are read. An identity that no log names is not here.',
  'People stand as pseudonyms.',
])

export function postmortemMarkdown(facts: Postmortem): string {
  const { from, to, incidents, changes } = facts
  const count1 = incidents.length === 1 ? '1 incident' : `${incidents.length} incidents`
  return [
    heading(1, `Incidents from ${instant(from)} to ${instant(to)}`),
    `${incidents.length === 0 ? 'No alert fired in these records' : count1}; ${count(changes)} changes of rights and identities.\n`,
    ...incidents.map(incidentText),
    heading(2, 'Audit trail'),
    sources(facts),
    heading(3, 'Silent stretches'),
    silences(facts),
    heading(3, 'Where sources end'),
    gaps(facts),
    heading(2, 'What this cannot tell'),
    limits,
  ].join('\n')
}
