/** How an incident goes on: alerts join it, end, and keep it open. */
import type { AlertReading, ObjectiveStatus } from '../objectives/evaluate.ts'
import { exhausted } from './belonging.ts'
import { beginOfFailures } from './failing.ts'
import type { AlertStretch, Incident, IncidentObjective } from './incident.ts'

/** An alert that fires. */
export interface Fire {
  readonly status: ObjectiveStatus
  readonly alert: AlertReading
}

const maxObjectives = 200
const maxStretches = 16

export function fireKey(objective: string, alert: AlertReading['id']): string {
  return `${objective} ${alert}`
}

function stretchesOf({ objectives }: Incident): readonly AlertStretch[] {
  return objectives.flatMap(({ alerts }) => alerts)
}

/** Whether some alert of it fires. */
export function fires(incident: Incident): boolean {
  return stretchesOf(incident).some(({ resolvedAt }) => resolvedAt === undefined)
}

/** Whether some alert keeps it open: pages do, and tickets where nothing paged. */
export function isBurning(incident: Incident): boolean {
  return stretchesOf(incident).some(
    ({ id, severity, resolvedAt }) =>
      resolvedAt === undefined && id !== exhausted && (severity === 'page' || incident.severity === 'ticket'),
  )
}

/** Ends the alerts that fire no more; `claimed` gets the keys of those that do. */
export function wentOn(
  incident: Incident,
  burning: ReadonlyMap<string, Fire>,
  at: number,
  claimed: Set<string>,
): Incident {
  const objectives = incident.objectives.map((objective) => {
    const alerts = objective.alerts.map((stretch) => {
      if (stretch.resolvedAt !== undefined) return stretch
      const key = fireKey(objective.id, stretch.id)
      if (!burning.has(key)) return { ...stretch, resolvedAt: at }
      claimed.add(key)
      return stretch
    })
    return { ...objective, alerts }
  })
  return { ...incident, objectives }
}

function newObjective({ status, alert }: Fire): IncidentObjective {
  const { id, service, sli, target, window } = status.state.objective
  const begin = beginOfFailures(status, alert.id)
  return {
    id,
    service,
    indicator: sli?.indicator ?? 'composite',
    targetPercent: target.percent,
    window: window.text,
    firstFailure: begin?.time,
    withinMs: begin?.withinMs,
    bad: 0,
    budgetSpent: 0,
    alerts: [],
  }
}

/** A flapping alert goes on with its last stretch once there are many. */
function withStretch(alerts: readonly AlertStretch[], stretch: AlertStretch): readonly AlertStretch[] {
  if (alerts.length < maxStretches) return [...alerts, stretch]
  const last = alerts.findLastIndex(({ id }) => id === stretch.id)
  if (last === -1) return alerts
  return alerts.map((each, i) => (i === last ? { ...each, resolvedAt: undefined } : each))
}

/** The alert fires from `at` on. A page, or what holds it open, opens what had ended. */
export function withAlert(incident: Incident, fire: Fire, at: number, seenAt: number): Incident {
  const { id, severity } = fire.alert
  const objectiveId = fire.status.state.objective.id
  const stretch: AlertStretch = { id, severity, firedAt: at, seenAt }
  const isKnown = incident.objectives.some((objective) => objective.id === objectiveId)
  if (!isKnown && incident.objectives.length >= maxObjectives) return incident
  const objectives = isKnown ? incident.objectives : [...incident.objectives, newObjective(fire)]
  const joined: Incident = {
    ...incident,
    objectives: objectives.map((objective) =>
      objective.id === objectiveId
        ? { ...objective, alerts: withStretch(objective.alerts, stretch) }
        : objective,
    ),
  }
  return isBurning(joined) ? { ...joined, resolvedAt: undefined } : joined
}

/** A ticket that told of the same failures before they paged is a part of the page's incident. */
export function mergedWith(incident: Incident, ticket: Incident): Incident {
  const objectives = incident.objectives.map((objective): IncidentObjective => {
    const earlier = ticket.objectives.find(({ id }) => id === objective.id)
    if (earlier === undefined) return objective
    const first =
      (earlier.firstFailure ?? Number.POSITIVE_INFINITY) < (objective.firstFailure ?? 0) ? earlier : objective
    const { firstFailure, withinMs } = first
    return { ...objective, firstFailure, withinMs, alerts: [...earlier.alerts, ...objective.alerts] }
  })
  const { detectedAt, seenAt } = ticket.detectedAt < incident.detectedAt ? ticket : incident
  return { ...incident, detectedAt, seenAt, objectives }
}
