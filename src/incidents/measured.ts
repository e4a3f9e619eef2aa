/** What is known of an open incident at an instant: its failures, its cost, who it was, why, and what changed before. */
import { type Change, nameOfChange } from '../diagnosis/changes.ts'
import type { Diagnosis } from '../diagnosis/diagnosis.ts'
import { kinName } from '../diagnosis/kinship.ts'
import type { ObjectiveStatus } from '../objectives/evaluate.ts'
import { isOfOneCause } from './belonging.ts'
import { costSince, endOfFailures } from './failing.ts'
import { type FoundDiagnosis, firstFailureOf, type Incident, type IncidentObjective } from './incident.ts'

/** How objectives stand at one instant, and what may be asked about it. */
export interface Look {
  readonly statuses: readonly ObjectiveStatus[]
  /** Wall clock, or arrival time in a replay; epoch ms. */
  readonly seenAt: number
  /** The surest diagnosis about those who burned most in the window, ms. Asked only while something fires. */
  readonly diagnose: (status: ObjectiveStatus, windowMs: number) => Diagnosis | undefined
  /** Changes up to the instant, the newest first. The same. */
  readonly changes: () => readonly Change[]
}

const maxIdentities = 10
const maxDiagnoses = 4
const maxNames = 20
const maxChanges = 20
/** What changed earlier is not held against it, ms. */
const changesBeforeMs = 86_400_000
const hourMs = 3_600_000

type Measured = readonly [objective: IncidentObjective, status: ObjectiveStatus]

/** While it fires, and when it has just ended. */
function isMeasured({ alerts }: IncidentObjective, at: number): boolean {
  return alerts.some(({ resolvedAt }) => resolvedAt === undefined || resolvedAt === at)
}

function measuredObjective(objective: IncidentObjective, status: ObjectiveStatus): IncidentObjective {
  const { firstFailure, lastFailure = firstFailure, alerts } = objective
  const [first] = alerts
  if (firstFailure === undefined || lastFailure === undefined || first === undefined) return objective
  return {
    ...objective,
    lastFailure: endOfFailures(status, first.id, lastFailure) ?? lastFailure,
    ...costSince(status, firstFailure),
  }
}

/** By the whole days since the first failure, as attribution is kept. One event can be bad for several objectives. */
function burners(incident: Incident, burning: readonly Measured[]): Incident['identities'] {
  const most = new Map(incident.identities.map(({ id, bad }) => [id, bad]))
  for (const [{ firstFailure }, { state, to }] of burning)
    for (const { key, bad } of state.contributors('identity', firstFailure ?? to - 1, to).top(maxIdentities))
      most.set(key, Math.max(bad, most.get(key) ?? 0))
  return [...most]
    .map(([id, bad]) => ({ id, bad }))
    .sort((a, b) => b.bad - a.bad || (a.id < b.id ? -1 : 1))
    .slice(0, maxIdentities)
}

function shortened(diagnosis: Diagnosis): Diagnosis {
  const identities = diagnosis.affected.identities.slice(0, maxNames)
  return { ...diagnosis, affected: { ...diagnosis.affected, identities } }
}

/** Of each cause the surest that was found, and the newest of those that are as sure. */
function withDiagnosis(
  known: readonly FoundDiagnosis[],
  found: Diagnosis,
  at: number,
): readonly FoundDiagnosis[] {
  const same = known.find((each) => isOfOneCause(each, found))
  if (same === undefined) return [...known, { ...shortened(found), foundAt: at }]
  if (same.confidence > found.confidence) return known
  return known.map((each) => (each === same ? { ...shortened(found), foundAt: same.foundAt } : each))
}

function diagnosesOf(
  { diagnoses }: Incident,
  burning: readonly Measured[],
  { diagnose }: Look,
): readonly FoundDiagnosis[] {
  let all = diagnoses
  for (const [{ alerts }, status] of burning) {
    const [first] = alerts
    const longMs = status.state.alertWindows.find(({ id }) => id === first?.id)?.longMs ?? hourMs
    const found = diagnose(status, longMs)
    if (found !== undefined) all = withDiagnosis(all, found, status.to)
  }
  return all.toSorted((a, b) => b.confidence - a.confidence || a.foundAt - b.foundAt).slice(0, maxDiagnoses)
}

/** Those about whom it is: the diagnosed and the ones who burned most. */
function changesOf(incident: Incident, { changes }: Look): Incident['changes'] {
  const since = (firstFailureOf(incident) ?? incident.detectedAt) - changesBeforeMs
  const names = new Set(
    [
      ...incident.identities.map(({ id }) => id),
      ...incident.diagnoses.flatMap(({ affected }) => affected.identities),
    ].map(kinName),
  )
  const blamed = new Set(incident.diagnoses.map(({ change }) => change?.eventId))
  return changes()
    .filter(
      ({ time, about, eventId }) =>
        blamed.has(eventId) || (time >= since && about.some((name) => names.has(kinName(name)))),
    )
    .slice(0, maxChanges)
    .map(nameOfChange)
}

/** The same with what the instant shows. */
export function measured(incident: Incident, look: Look): Incident {
  const statuses = new Map(look.statuses.map((status) => [status.state.objective.id, status]))
  const objectives = incident.objectives.map((objective) => {
    const status = statuses.get(objective.id)
    return status !== undefined && isMeasured(objective, status.to)
      ? measuredObjective(objective, status)
      : objective
  })
  const burning = objectives.flatMap((objective): readonly Measured[] => {
    const status = statuses.get(objective.id)
    const isFiring = objective.alerts.some(({ resolvedAt }) => resolvedAt === undefined)
    return status === undefined || !isFiring ? [] : [[objective, status]]
  })
  const known: Incident = { ...incident, objectives, identities: burners(incident, burning) }
  const explained = { ...known, diagnoses: diagnosesOf(known, burning, look) }
  return { ...explained, changes: changesOf(explained, look) }
}
