/** Marks on the time axis of every dashboard about identities: alerts, and changes of rights. */
import { identityMetrics } from '../conventions.ts'
import { labels } from '../labels.ts'
import { aggregate, compare, increaseSinceBirth, select } from '../promql.ts'
import { alertLabels, alertNamePattern, alertsSeries } from '../rule-conventions.ts'
import { type Annotation, legendOf, rateWindow } from './builder.ts'
import { ofApps } from './selection.ts'

const firingAlerts = select(alertsSeries.name, {
  [alertsSeries.alertName]: { matches: alertNamePattern },
  [alertsSeries.state]: 'firing',
})

export const alertMarks: Annotation = {
  name: 'Alerts',
  expr: firingAlerts,
  color: 'red',
  title: legendOf(alertsSeries.alertName, alertLabels.tier, labels.objective),
}

const changes = increaseSinceBirth(ofApps(identityMetrics.assignmentChanges), rateWindow)

export const marks: readonly Annotation[] = [
  alertMarks,
  {
    name: 'Role changes',
    expr: compare(aggregate('sum', changes, [labels.app, labels.op]), '>', '0'),
    color: 'blue',
    title: legendOf(labels.app, labels.op),
  },
]
