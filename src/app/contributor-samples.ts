/** Who burned the budget, as bounded series: for dashboards that have nothing but Prometheus to ask. */
import type { ObjectiveStatus } from '../objectives/evaluate.ts'
import { contributorDimensions } from '../objectives/objective-state.ts'
import { objectiveMetrics } from '../outputs/conventions.ts'
import { labelValue } from '../outputs/label-value.ts'
import type { FamilySamples } from '../platform/metrics-registry.ts'
import { objectiveOf, samples } from './metric-samples.ts'

const dayMs = 86_400_000

/** Objectives by the budget they have left, the least first, and contributors of each dimension. */
const maxObjectives = 20
const maxContributors = 5

/** Most series that `contributorSamples` gives. */
export function contributorSeries(objectives: number): number {
  return Math.min(objectives, maxObjectives) * contributorDimensions.length * maxContributors
}

/** A day is merged from two parts of 64 entries at most, so a scrape does not wait for it. */
export function contributorSamples(statuses: readonly ObjectiveStatus[]): FamilySamples {
  const worst = statuses
    .filter(({ counts }) => counts.bad > 0)
    .sort((a, b) => a.errorBudgetRemaining - b.errorBudgetRemaining)
    .slice(0, maxObjectives)
  return samples(
    objectiveMetrics.contributorBadEvents,
    worst.flatMap((status) =>
      contributorDimensions.flatMap((dimension) => {
        const { state, to } = status
        return state
          .contributors(dimension, to - dayMs, to)
          .top(maxContributors)
          .map(({ key, bad }) => ({
            labels: { ...objectiveOf(status), dimension, contributor: labelValue(key) },
            value: bad,
          }))
      }),
    ),
  )
}
