/** Label values of an objective's series: the runtime writes them, rules and dashboards select on them. */
import { formatDuration } from '../objectives/duration.ts'
import type { Objective, TimeWindow } from '../objectives/objective.ts'
import type { objectiveMetrics } from './conventions.ts'
import { labels } from './labels.ts'
import type { LabelsOf } from './metric-family.ts'
import { slothLabels } from './rule-conventions.ts'

/** Value of the engine's `window` label for a whole period: as the definition writes it, `4w` or `1M`. */
export function periodWindowLabel(window: TimeWindow): string {
  return window.text
}

/** The same in the rules: as sloth writes durations, `28d`; a calendar period is not its rolling namesake. */
export function slothPeriodLabel(window: TimeWindow): string {
  return window.kind === 'rolling' ? formatDuration(window.durationMs) : `calendar-${window.text}`
}

/** On every family about one objective. */
export function objectiveLabelValues(objective: Objective): LabelsOf<typeof objectiveMetrics.objectiveRatio> {
  return {
    [labels.objective]: objective.id,
    [labels.slo]: objective.name,
    [labels.sloService]: objective.service,
  }
}

export function infoLabelValues(objective: Objective): LabelsOf<typeof objectiveMetrics.info> {
  return {
    ...objectiveLabelValues(objective),
    [labels.indicator]: objective.sli?.indicator ?? 'composite',
    [labels.target]: objective.target.percent,
    [labels.window]: periodWindowLabel(objective.window),
    [labels.budgeting]: objective.budgeting.method,
    [labels.sloOwner]: objective.owner,
    [labels.severityClass]: objective.severityClass,
    [labels.revision]: objective.revision,
  }
}

/** What a field of a `where` says where it is one value and no pattern; empty otherwise. */
export function exactly(values: readonly string[] | undefined): string {
  const [only = ''] = values ?? []
  return values?.length === 1 && !/[*?]/.test(only) ? only : ''
}

/** What the objective's `where` says exactly, for routes: an alert about one provider, one type of identity. */
export function selectedLabels({ sli }: Objective): Record<string, string> {
  return {
    [labels.provider]: exactly(sli?.where.provider),
    [labels.identityType]: exactly(sli?.where.identityType),
  }
}

/** On every recorded series and alert of one objective, as sloth has them. */
export function slothLabelValues(objective: Objective): Readonly<Record<string, string>> {
  return {
    [slothLabels.id]: objective.id,
    [slothLabels.service]: objective.service,
    [slothLabels.slo]: objective.name,
  }
}
