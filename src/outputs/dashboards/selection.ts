/** What the dashboards select on and colour alike. */
import { identityMetrics, objectiveMetrics } from '../conventions.ts'
import { foreignLabels, labels } from '../labels.ts'
import { pipelineMetrics } from '../pipeline-conventions.ts'
import { andOn, anyOf, type Expr } from '../promql.ts'
import { chosen, legendOf, type Threshold, type Variable } from './builder.ts'

export const objectiveVariable: Variable = {
  name: labels.objective,
  title: 'Objective',
  from: objectiveMetrics.info,
}
export const providerVariable: Variable = {
  name: labels.provider,
  title: 'Provider',
  from: identityMetrics.tokenRequests,
}
export const appVariable: Variable = { name: labels.app, title: 'App', from: identityMetrics.tokenRequests }
export const sourceVariable: Variable = {
  name: labels.source,
  title: 'Source',
  from: pipelineMetrics.records,
}

/** Series of the chosen objectives. @param windows of a windowed family: these only */
export function ofObjectives(family: { readonly name: string }, ...windows: readonly string[]): Expr {
  const [only] = windows
  if (only === undefined) return chosen(family, [labels.objective])
  const window = windows.length === 1 ? only : anyOf(windows)
  return chosen(family, [labels.objective], { [labels.window]: window })
}

/** Event counters of the chosen providers and apps. */
export function ofApps(family: { readonly name: string }): Expr {
  return chosen(family, [labels.provider, labels.app])
}

/** The series of a windowed family whose window is the objective's period. */
export function overPeriod(family: { readonly name: string }): Expr {
  const on = [foreignLabels.job, foreignLabels.instance, labels.objective, labels.window]
  return andOn(ofObjectives(family), on, ofObjectives(objectiveMetrics.info))
}

/** How an objective is shown in a legend. */
export const objectiveLegend = legendOf(labels.sloService, labels.slo)

/** Share of an error budget that is left. */
export const budgetThresholds: readonly Threshold[] = [
  { color: 'red' },
  { from: 0, color: 'orange' },
  { from: 0.25, color: 'green' },
]

/** Burn rates at which a 30 day objective has no budget left in 30, 5 and 2 days. */
export const burnThresholds: readonly Threshold[] = [
  { color: 'green' },
  { from: 1, color: 'yellow' },
  { from: 6, color: 'orange' },
  { from: 14.4, color: 'red' },
]

/** Any at all is wrong. */
export const zeroThresholds: readonly Threshold[] = [{ color: 'green' }, { from: 1, color: 'red' }]
