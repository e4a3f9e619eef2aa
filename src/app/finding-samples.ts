/** How many common mistakes the records show, as `/metrics` has it. */
import type { Survey } from '../inventory/survey.ts'
import { identityMetrics } from '../outputs/conventions.ts'
import { findingCounts } from '../outputs/finding-report.ts'
import type { FamilySamples } from '../platform/metrics-registry.ts'
import { findingsOf } from './findings.ts'
import { samples } from './metric-samples.ts'
import type { Pipeline } from './pipeline.ts'

export function findingSamples(pipeline: Pipeline, survey: Survey | undefined): FamilySamples {
  const counts = findingCounts(findingsOf(pipeline, survey))
  return samples(
    identityMetrics.findings,
    counts.map(([finding, value]) => ({ labels: { finding }, value })),
  )
}
