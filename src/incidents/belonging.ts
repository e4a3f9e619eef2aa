/** Which alerts are one incident: what Alertmanager tells as one page, and what one cause explains. */
import type { Diagnosis } from '../diagnosis/diagnosis.ts'
import { kinName } from '../diagnosis/kinship.ts'
import type { AlertReading } from '../objectives/evaluate.ts'
import { type Incident, isOpen } from './incident.ts'

/** What begins to fire. */
export interface Firing {
  readonly objective: string
  readonly owner: string
  readonly alert: AlertReading['id']
  readonly severity: AlertReading['severity']
  readonly diagnosis: Diagnosis | undefined
  /** Event time, epoch ms. */
  readonly at: number
}

/** So soon after its end, what fires again goes on with it, ms. */
export const pauseMs = 15 * 60_000

/** A state of the budget and no event: it fires until the window has forgotten, for weeks. */
export const exhausted: AlertReading['id'] = 'ticket-exhausted'

export function isOfOneCause(a: Diagnosis, b: Diagnosis): boolean {
  if (a.mode !== b.mode) return false
  if (a.change !== undefined && b.change !== undefined) return a.change.eventId === b.change.eventId
  const names = new Set(a.affected.identities.map(kinName))
  return b.affected.identities.some((id) => names.has(kinName(id)))
}

function concerns({ objectives, diagnoses }: Incident, { objective, diagnosis }: Firing): boolean {
  return (
    objectives.some(({ id }) => id === objective) ||
    (diagnosis !== undefined && diagnoses.some((each) => isOfOneCause(each, diagnosis)))
  )
}

function isRecent({ resolvedAt }: Incident, at: number): boolean {
  return resolvedAt === undefined || at - resolvedAt <= pauseMs
}

/**
 * The incident that it belongs to. A page joins what pages the same owner or has the same cause, for that is one page; a
 * ticket what its objective or cause is already in. A ticket's incident takes no page: those begin at once.
 */
export function incidentOf(firing: Firing, incidents: readonly Incident[]): Incident | undefined {
  const fit = incidents.filter((incident) => {
    if (firing.alert === exhausted) return isOpen(incident) && concerns(incident, firing)
    if (firing.severity === 'ticket') return isRecent(incident, firing.at) && concerns(incident, firing)
    if (incident.severity === 'ticket') return false
    if (isOpen(incident) && incident.owner === firing.owner) return true
    return isRecent(incident, firing.at) && concerns(incident, firing)
  })
  const rank = (incident: Incident): number =>
    (isOpen(incident) ? 0 : 2) + (incident.severity === 'page' ? 0 : 1)
  return fit.toSorted((a, b) => rank(a) - rank(b) || b.detectedAt - a.detectedAt || (a.id < b.id ? -1 : 1))[0]
}
