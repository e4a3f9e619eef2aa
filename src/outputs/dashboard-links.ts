/** Where alerts lead: which dashboard, with which variables, over which time. */
import { formatDuration } from '../objectives/duration.ts'
import type { Objective } from '../objectives/objective.ts'
import { labels } from './labels.ts'
import { exactly, selectedLabels } from './objective-labels.ts'
import { dashboardUids } from './rule-conventions.ts'

/** What On call and Debug show where a link says nothing else. */
const shownMs = 6 * 3_600_000

/** Indicators whose evidence is on Debug: what identities reach, and what they fell back to. */
const shownByDebug: readonly string[] = ['blast-radius', 'secret-fallback']

function variable(name: string, value: string): string {
  return `var-${name}=${value}`
}

/** The query of a dashboard's address without the variables that have no value. */
function query(variables: Readonly<Record<string, string>>): readonly string[] {
  return Object.entries(variables)
    .filter(([, value]) => value !== '')
    .map(([name, value]) => variable(name, encodeURIComponent(value)))
}

/** With the objective and what its `where` says exactly. @param longMs of the alert: all of it is shown */
export function objectiveDashboard(objective: Objective, longMs: number): string {
  const uid = shownByDebug.includes(objective.sli?.indicator ?? '')
    ? dashboardUids.debug
    : dashboardUids.onCall
  const variables = query({
    [labels.objective]: objective.id,
    ...selectedLabels(objective),
    [labels.app]: exactly(objective.sli?.where.app),
  })
  const time = longMs > shownMs ? [`from=now-${formatDuration(longMs)}`, 'to=now'] : []
  return `${uid}?${[...variables, ...time].join('&')}`
}

/** With the value that the label has in the alert: a template of Prometheus. */
export function dashboardOfLabel(uid: string, label: string): string {
  return `${uid}?${variable(label, `{{ $labels.${label} | urlquery }}`)}`
}
