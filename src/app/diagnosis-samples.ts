/** Failure modes and common mistakes that the records show, as `/metrics` has them: diagnosed once for both. */
import type { Survey } from '../inventory/survey.ts'
import { identityMetrics } from '../outputs/conventions.ts'
import { activeModes } from '../outputs/diagnosis-report.ts'
import { findingCounts } from '../outputs/finding-report.ts'
import type { FamilySamples } from '../platform/metrics-registry.ts'
import { diagnosesOf } from './diagnoses.ts'
import { findingsOf } from './findings.ts'
import { samples } from './metric-samples.ts'
import type { Pipeline } from './pipeline.ts'

export function diagnosisSamples(pipeline: Pipeline, survey: Survey | undefined): readonly FamilySamples[] {
  const diagnoses = diagnosesOf(pipeline)
  return [
    samples(
      identityMetrics.failureModeActive,
      activeModes(diagnoses).map(([mode, value]) => ({ labels: { mode }, value })),
    ),
    samples(
      identityMetrics.findings,
      findingCounts(findingsOf(pipeline, survey, diagnoses)).map(([finding, value]) => ({
        labels: { finding },
        value,
      })),
    ),
  ]
}
