/** How many series /metrics has whatever the events are: the cap is for all of it. */

import type { ObjectiveState } from '../objectives/objective-state.ts'
import { activitySeries } from './activity-samples.ts'
import { contributorSeries } from './contributor-samples.ts'

/** How many series metric-samples.ts gives to an objective besides two for each window, to a source, and to all. */
const objectiveSeries = 7
const sourceSeries = 12
const processSeries = 64
/** Named identities, the others, label sets of orphans, and sums. */
const inventorySeries = 102

/** Series of the objectives, what identities did lately, the sources, the process and the inventory. */
export function fixedSeries(
  objectives: readonly Pick<ObjectiveState, 'burnWindowsMs'>[],
  sources: number,
  hasInventory: boolean,
  maxSeries: number,
): number {
  const ofObjectives = objectives.reduce(
    (sum, { burnWindowsMs }) => sum + objectiveSeries + 2 * (burnWindowsMs.length + 1),
    0,
  )
  const ofContributors = contributorSeries(objectives.length)
  return (
    ofObjectives +
    ofContributors +
    activitySeries(maxSeries) +
    (hasInventory ? inventorySeries : 0) +
    sources * sourceSeries +
    processSeries
  )
}
