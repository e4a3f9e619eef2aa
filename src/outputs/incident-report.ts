/** Incidents as JSON: the same on `/api/v1`, in `replay` and in `report incident`. */
import type { NamedChange } from '../diagnosis/diagnosis.ts'
import type { Layer } from '../events/event.ts'
import {
  type FoundDiagnosis,
  firstFailureOf,
  type Incident,
  type IncidentObjective,
  isOpen,
  restoredAtOf,
  titleOf,
} from '../incidents/incident.ts'
import { diagnosisReport } from './diagnosis-report.ts'
import type { IncidentRow, IncidentView } from './incident-views.ts'
import type { NameOf } from './outgoing-alerts.ts'

function iso(time: number): string {
  return new Date(time).toISOString()
}

function isoIf(time: number | undefined): string | undefined {
  return time === undefined ? undefined : iso(time)
}

function secondsBetween(from: number | undefined, to: number | undefined): number | undefined {
  return from === undefined || to === undefined ? undefined : Math.max(0, (to - from) / 1000)
}

function unique<Text extends string>(all: readonly Text[]): Text[] {
  return [...new Set(all)].sort((a, b) => (a < b ? -1 : 1))
}

export function incidentRow(incident: Incident): IncidentRow {
  const { id, severity, owner, detectedAt, seenAt, resolvedAt, objectives, diagnoses } = incident
  const firstFailure = firstFailureOf(incident)
  const restoredAt = restoredAtOf(incident)
  return {
    ...{ id, severity, owner },
    state: isOpen(incident) ? 'open' : 'resolved',
    title: titleOf(incident),
    mode: diagnoses[0]?.mode,
    firstFailure: isoIf(firstFailure),
    detectedAt: iso(detectedAt),
    seenAt: isoIf(seenAt),
    restoredAt: isoIf(restoredAt),
    resolvedAt: isoIf(resolvedAt),
    timeToDetectSeconds: secondsBetween(firstFailure, detectedAt),
    timeToRestoreSeconds: secondsBetween(firstFailure, restoredAt),
    services: unique(objectives.map(({ service }) => service)),
    objectives: objectives.map((objective) => objective.id),
    bad: objectives.reduce((sum, { bad }) => sum + bad, 0),
  }
}

function objectiveDetail(objective: IncidentObjective): IncidentView['objectiveDetails'][number] {
  const { id, service, indicator, targetPercent, window, firstFailure, lastFailure, bad, budgetSpent } =
    objective
  return {
    ...{ id, service, indicator, window, bad, budgetSpent },
    target: Number(targetPercent) / 100,
    firstFailure: isoIf(firstFailure),
    lastFailure: isoIf(lastFailure),
    alerts: objective.alerts.map((alert) => ({
      id: alert.id,
      severity: alert.severity,
      firedAt: iso(alert.firedAt),
      seenAt: iso(alert.seenAt),
      resolvedAt: isoIf(alert.resolvedAt),
    })),
  }
}

function diagnosed({ foundAt, ...diagnosis }: FoundDiagnosis): IncidentView['diagnoses'][number] {
  const { affected, evidence, ...rest } = diagnosisReport(diagnosis)
  const { identities, apps, services, workloads, layers } = affected
  return {
    ...rest,
    affected: {
      ...{ identities: [...identities], apps: [...apps], services: [...services] },
      ...{ workloads: [...workloads], layers: [...layers] },
    },
    evidence: [...evidence],
    seenAt: iso(foundAt),
  }
}

export function changeReport({ what, actor, time, eventId }: NamedChange): IncidentView['changes'][number] {
  return { time: iso(time), what, actor, eventId }
}

export function incidentView(incident: Incident, nameOf: NameOf): IncidentView {
  const { objectives, identities, diagnoses, changes } = incident
  const first = firstFailureOf(incident)
  const withinMs = objectives.find(({ firstFailure }) => firstFailure === first)?.withinMs
  const affected = diagnoses.map((each) => each.affected)
  return {
    ...incidentRow(incident),
    firstFailureWithinSeconds: withinMs === undefined ? undefined : withinMs / 1000,
    objectiveDetails: objectives.map(objectiveDetail),
    identities: identities.map(({ id, bad }) => ({ id, name: nameOf(id), bad })),
    diagnoses: diagnoses.map(diagnosed),
    changes: changes.map(changeReport),
    affected: {
      apps: unique(affected.flatMap(({ apps }) => apps)),
      services: unique(affected.flatMap(({ services }) => services)),
      workloads: unique(affected.flatMap(({ workloads }) => workloads)),
      layers: unique<Layer>(affected.flatMap(({ layers }) => layers)),
    },
  }
}
