/** The facts of a postmortem: incidents of an interval, what happened around them, and how complete the records are. */
import type { NamedChange } from '../../diagnosis/diagnosis.ts'
import type { SourceTrail } from '../../incidents/audit-trail.ts'
import { changeReport } from '../incident-report.ts'
import type { IncidentView } from '../incident-views.ts'
import { percent } from '../pages/numbers.ts'

/** Times are RFC 3339. */
export interface TimelineEntry {
  readonly time: string
  readonly kind: 'change' | 'failure' | 'alert' | 'diagnosis' | 'end'
  readonly what: string
  /** Who did it, where somebody did. */
  readonly actor?: string
}

export interface SourceReport
  extends Omit<SourceTrail, 'firstEvent' | 'lastEvent' | 'readUntil' | 'silences'> {
  readonly firstEvent: string | undefined
  readonly lastEvent: string | undefined
  readonly readUntil: string | undefined
  readonly silences: readonly { readonly from: string; readonly to: string }[]
  /** Whether it was read to the end of the interval. */
  readonly isRead: boolean
}

export interface IncidentFacts extends IncidentView {
  readonly timeline: readonly TimelineEntry[]
  /** Of others, from an hour before the first failure until it was detected: the newest first. */
  readonly otherChanges: IncidentView['changes']
}

export interface Postmortem {
  readonly from: string
  readonly to: string
  /** In the order in which they were detected. */
  readonly incidents: readonly IncidentFacts[]
  /** Of the whole interval. */
  readonly changes: number
  readonly sources: readonly SourceReport[]
}

const hourMs = 3_600_000
const maxOthers = 20

function iso(time: number | undefined): string | undefined {
  return time === undefined ? undefined : new Date(time).toISOString()
}

/** One line when it began to fire and one when it was over, however often it fired between. */
function alertEntries({ objectiveDetails }: IncidentView): readonly TimelineEntry[] {
  return objectiveDetails.flatMap(({ id, alerts }) =>
    [...new Set(alerts.map((alert) => alert.id))].flatMap((alert): readonly TimelineEntry[] => {
      const stretches = alerts.filter((each) => each.id === alert)
      const [first, last] = [stretches[0], stretches.at(-1)]
      if (first === undefined || last === undefined) return []
      const times = stretches.length === 1 ? '' : ` (${stretches.length} times)`
      const fired = { time: first.firedAt, kind: 'alert', what: `${alert} of ${id} fires${times}` } as const
      return last.resolvedAt === undefined
        ? [fired]
        : [fired, { time: last.resolvedAt, kind: 'alert', what: `${alert} of ${id} is resolved` }]
    }),
  )
}

const order: readonly TimelineEntry['kind'][] = ['change', 'failure', 'alert', 'diagnosis', 'end']

function timelineOf(incident: IncidentView): readonly TimelineEntry[] {
  const { firstFailure, restoredAt, resolvedAt, diagnoses, changes } = incident
  const entries: TimelineEntry[] = [
    ...changes.map(({ time, what, actor }): TimelineEntry => ({ time, kind: 'change', what, actor })),
    ...alertEntries(incident),
    ...diagnoses.map(({ seenAt, mode, title, confidence }): TimelineEntry => {
      return {
        time: seenAt,
        kind: 'diagnosis',
        what: `diagnosed: ${mode} ${title} (${percent(confidence, 0)})`,
      }
    }),
  ]
  if (firstFailure !== undefined) entries.push({ time: firstFailure, kind: 'failure', what: 'first failure' })
  if (restoredAt !== undefined) entries.push({ time: restoredAt, kind: 'failure', what: 'last failure' })
  if (resolvedAt !== undefined)
    entries.push({ time: resolvedAt, kind: 'end', what: 'the incident is resolved' })
  return entries.sort(
    (a, b) =>
      Date.parse(a.time) - Date.parse(b.time) ||
      order.indexOf(a.kind) - order.indexOf(b.kind) ||
      (a.what < b.what ? -1 : 1),
  )
}

function othersOf(incident: IncidentView, changes: readonly NamedChange[]): IncidentView['changes'] {
  const known = new Set(incident.changes.map(({ eventId }) => eventId))
  const since = Date.parse(incident.firstFailure ?? incident.detectedAt) - hourMs
  const until = Date.parse(incident.detectedAt)
  return changes
    .filter(({ time, eventId }) => time >= since && time <= until && !known.has(eventId))
    .slice(0, maxOthers)
    .map(changeReport)
}

function sourceReport(trail: SourceTrail, to: number): SourceReport {
  const { firstEvent, lastEvent, readUntil, silences, ...counts } = trail
  return {
    ...counts,
    firstEvent: iso(firstEvent),
    lastEvent: iso(lastEvent),
    readUntil: iso(readUntil),
    silences: silences.map((silence) => ({
      from: new Date(silence.from).toISOString(),
      to: new Date(silence.to).toISOString(),
    })),
    isRead: readUntil !== undefined && readUntil >= to,
  }
}

export interface PostmortemInputs {
  /** Epoch ms, [from, to). */
  readonly from: number
  readonly to: number
  readonly incidents: readonly IncidentView[]
  /** All of them, the newest first. */
  readonly changes: readonly NamedChange[]
  readonly trails: readonly SourceTrail[]
}

function touches({ firstFailure, detectedAt, resolvedAt }: IncidentView, from: number, to: number): boolean {
  const begin = Date.parse(firstFailure ?? detectedAt)
  return begin < to && (resolvedAt === undefined || Date.parse(resolvedAt) >= from)
}

export function postmortem({ from, to, incidents, changes, trails }: PostmortemInputs): Postmortem {
  return {
    from: new Date(from).toISOString(),
    to: new Date(to).toISOString(),
    incidents: incidents
      .filter((incident) => touches(incident, from, to))
      .toSorted((a, b) => (a.detectedAt < b.detectedAt ? -1 : 1))
      .map((incident) => ({
        ...incident,
        timeline: timelineOf(incident),
        otherChanges: othersOf(incident, changes),
      })),
    changes: changes.filter(({ time }) => time >= from && time < to).length,
    sources: trails.map((trail) => sourceReport(trail, to)),
  }
}
