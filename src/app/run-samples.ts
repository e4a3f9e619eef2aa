/** All of what /metrics shows of a run, from one look at each of its parts. */
import type { FamilySamples } from '../platform/metrics-registry.ts'
import { activitySamples } from './activity-samples.ts'
import { alertmanagerSamples } from './alertmanager-samples.ts'
import { contributorSamples } from './contributor-samples.ts'
import { diagnosisSamples } from './diagnosis-samples.ts'
import type { InventoryView } from './inventory-view.ts'
import { kafkaSamples } from './kafka-samples.ts'
import type { NamedKafkaSource } from './kafka-wiring.ts'
import { collectSamples, type RunFacts } from './metric-samples.ts'
import { otlpSamples } from './otlp-samples.ts'
import type { Pager } from './pager.ts'
import type { Pipeline } from './pipeline.ts'

export interface RunParts {
  readonly pipeline: Pipeline
  readonly facts: RunFacts
  readonly kafka: readonly NamedKafkaSource[]
  readonly pager: Pager
  readonly otlp: Parameters<typeof otlpSamples>[0]
  readonly inventory: InventoryView
}

export function runSamples(parts: RunParts): readonly FamilySamples[] {
  const { pipeline, facts, kafka, pager, otlp, inventory } = parts
  // Evaluated once: with a thousand objectives it is the largest part of a scrape.
  const statuses = pipeline.statuses()
  return [
    ...collectSamples(pipeline, statuses, facts),
    contributorSamples(statuses),
    ...activitySamples(pipeline.activity, pipeline.maxSeries, pipeline.evaluationTime),
    ...diagnosisSamples(pipeline, inventory.survey),
    ...kafkaSamples(kafka),
    ...alertmanagerSamples(pager),
    ...otlpSamples(otlp),
    ...inventory.samples(),
  ]
}
