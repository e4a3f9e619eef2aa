/** What the dashboards select on and colour alike. */
import { identityMetrics, objectiveMetrics } from '../conventions.ts'
import { foreignLabels, labels } from '../labels.ts'
import { pipelineMetrics } from '../pipeline-conventions.ts'
import { andOn, anyOf, type Expr, type Matchers } from '../promql.ts'
import { dashboardUids } from '../rule-conventions.ts'
import { chosen, type DrillDown, legendOf, type Threshold, type Variable } from './builder.ts'

export const objectiveVariable: Variable = {
  name: labels.objective,
  title: 'Objective',
  from: objectiveMetrics.info,
}
const providerVariable: Variable = {
  name: labels.provider,
  title: 'Provider',
  from: identityMetrics.tokenRequests,
}
const appVariable: Variable = { name: labels.app, title: 'App', from: identityMetrics.tokenRequests }
const identityTypeVariable: Variable = {
  name: labels.identityType,
  title: 'Identity type',
  from: identityMetrics.tokenRequests,
}
/** Those that all dashboards about identities share, so that links may carry them from one to the next. */
export const sharedVariables: readonly Variable[] = [
  objectiveVariable,
  providerVariable,
  appVariable,
  identityTypeVariable,
]
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

/** Series of the chosen providers, apps and types of identities. */
export function ofApps(family: { readonly name: string }, more: Matchers = {}): Expr {
  return chosen(family, [labels.provider, labels.app, labels.identityType], more)
}

/** Bad events of the last days by who or what burned most, of the chosen objectives. @param indicator that they have */
export function burnedBy(dimensions: readonly string[], indicator?: string): Expr {
  const family = objectiveMetrics.contributorBadEvents
  const all = chosen(family, [labels.objective], { [labels.dimension]: anyOf(dimensions) })
  if (indicator === undefined) return all
  const on = [foreignLabels.job, foreignLabels.instance, labels.objective]
  const those = chosen(objectiveMetrics.info, [labels.objective], { [labels.indicator]: indicator })
  return andOn(all, on, those)
}

/** From the dashboards that show many objectives to the one that shows why one burns. */
export const intoObjective: DrillDown = {
  uid: dashboardUids.onCall,
  label: labels.objective,
  title: 'Look into the objective',
}
/** From who is affected to how. */
export const intoApp: DrillDown = {
  uid: dashboardUids.debug,
  label: labels.app,
  title: 'Look into the application',
}

/** From a source that is behind to what became of its records. */
export const intoSource: DrillDown = {
  uid: dashboardUids.pipeline,
  label: labels.source,
  title: 'Look into the source',
}

/** The series of a windowed family whose window is the objective's period. */
export function overPeriod(family: { readonly name: string }): Expr {
  const on = [foreignLabels.job, foreignLabels.instance, labels.objective, labels.window]
  return andOn(ofObjectives(family), on, ofObjectives(objectiveMetrics.info))
}

/** How an objective is shown in a legend. */
export const objectiveLegend = legendOf(labels.slo, labels.sloService)

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
