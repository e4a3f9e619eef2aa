/** Everything a pipeline knows, as the report that `replay` prints. */

import type { RejectionReason } from '../events/rejection.ts'
import { type DiagnosisReport, diagnosisReport } from '../outputs/diagnosis-report.ts'
import { incidentView } from '../outputs/incident-report.ts'
import type { IncidentView } from '../outputs/incident-views.ts'
import { type ObjectiveReport, objectiveReport } from '../outputs/replay-report.ts'
import { diagnosesOf } from './diagnoses.ts'
import type { Pipeline } from './pipeline.ts'
import type { Rehearsal } from './timeline/rehearsal.ts'
import type { Transition } from './timeline/timeline.ts'

export interface IdentityReport {
  readonly id: string
  readonly name?: string | undefined
  readonly type: string
  readonly provider: string
  /** Entra tenant, AWS account, GCP project, cluster; empty where the records do not say. */
  readonly tenant: string
  readonly app: string
  readonly team: string
  readonly owned: boolean
  readonly failures: number
  readonly events: number
  readonly lastSeen: string
}

export interface ReplayReport {
  readonly at: string | null
  readonly records: {
    readonly read: number
    readonly accepted: number
    readonly duplicates: number
    readonly late: number
    readonly rejected: number
    readonly irrelevant: number
  }
  readonly rejections: Readonly<Partial<Record<RejectionReason, number>>>
  readonly indicators: readonly {
    readonly id: string
    readonly good: number
    readonly bad: number
    readonly excluded: number
  }[]
  readonly objectives: readonly ObjectiveReport[]
  readonly identities: readonly IdentityReport[]
  /** What the evidence points to at the end, the surest first. */
  readonly diagnoses: readonly DiagnosisReport[]
  /** Alerts that began and ended while the records arrived; of `--timeline`. */
  readonly transitions?: readonly Transition[]
  /** What belonged together among them, the newest first; of `--timeline`. */
  readonly incidents?: readonly IncidentView[]
}

const topIdentities = 20

function rejections(pipeline: Pipeline): ReplayReport['rejections'] {
  const counts = new Map<RejectionReason, number>()
  for (const source of pipeline.sources.all()) {
    for (const [reason, count] of source.reasons) counts.set(reason, (counts.get(reason) ?? 0) + count)
  }
  return Object.fromEntries([...counts].sort(([a], [b]) => (a < b ? -1 : 1)))
}

function rehearsed(pipeline: Pipeline, { transitions, incidents }: Rehearsal): Partial<ReplayReport> {
  const nameOf = (id: string): string | undefined => pipeline.identities.tallies.nameOf(id)
  return { transitions, incidents: incidents.all().map((incident) => incidentView(incident, nameOf)) }
}

/** `rehearsal`: of `--timeline`. */
export function replayReport(pipeline: Pipeline, rehearsal?: Rehearsal): ReplayReport {
  const { read, accepted, duplicate, late, rejected, irrelevant } = pipeline.sources.totals()
  const at = pipeline.evaluationTime
  return {
    at: at === undefined ? null : new Date(at).toISOString(),
    records: { read, accepted, duplicates: duplicate, late, rejected, irrelevant },
    rejections: rejections(pipeline),
    indicators: pipeline.engine.totals.map(({ id, good, bad, excluded }) => ({ id, good, bad, excluded })),
    objectives: pipeline.statuses().map(objectiveReport),
    identities: pipeline.identities.top(topIdentities).map((entry) => ({
      id: entry.identity.id,
      name: entry.identity.name,
      type: entry.identity.type,
      provider: entry.provider,
      tenant: entry.identity.tenant,
      app: entry.owner.app,
      team: entry.owner.team,
      owned: entry.owner.isOwned,
      failures: entry.failures,
      events: entry.events,
      lastSeen: new Date(entry.lastSeen).toISOString(),
    })),
    diagnoses: diagnosesOf(pipeline).map(diagnosisReport),
    ...(rehearsal && rehearsed(pipeline, rehearsal)),
  }
}
