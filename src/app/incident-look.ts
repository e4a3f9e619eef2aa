/** What an incident book may ask a pipeline about the instant of an evaluation. */
import type { Diagnosis } from '../diagnosis/diagnosis.ts'
import type { Look } from '../incidents/measured.ts'
import type { ObjectiveStatus } from '../objectives/evaluate.ts'
import { diagnosisOfAlert } from '../outputs/outgoing-alerts.ts'
import type { Pipeline } from './pipeline.ts'

/** `seenAt`: epoch ms. `diagnoses`: of the same instant; asked only while something fires. */
export function lookOf(
  pipeline: Pipeline,
  statuses: readonly ObjectiveStatus[],
  seenAt: number,
  diagnoses: () => readonly Diagnosis[],
): Look {
  return {
    statuses,
    seenAt,
    diagnose: (status, windowMs) => diagnosisOfAlert(diagnoses(), status, windowMs),
    changes: () => pipeline.evidence.changes.upTo(pipeline.evaluationTime ?? 0),
  }
}
