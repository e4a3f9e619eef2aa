/** What people are woken by, and which alerts are the same: notifications and label sets, as a pager sees them. */
import type { KnownAlert, Notification, NotificationSink } from '../alertmanager.ts'

/** One incident lasts from the first firing notification of a key to its next resolved one, whatever is told between. */
export function incidents(sink: NotificationSink): readonly (readonly Notification[])[] {
  const all: Notification[][] = []
  const open = new Map<string, Notification[]>()
  for (const notification of sink.received.filter(({ receiver }) => receiver.startsWith('page-'))) {
    const known = open.get(notification.groupKey)
    const incident = known ?? []
    incident.push(notification)
    if (known === undefined) all.push(incident)
    if (notification.status === 'resolved') open.delete(notification.groupKey)
    else open.set(notification.groupKey, incident)
  }
  return all
}

/** A label set as one text, the same for the same alert. */
export function labelSet(labels: Readonly<Record<string, string>>): string {
  return JSON.stringify(Object.entries(labels).toSorted(([a], [b]) => (a < b ? -1 : 1)))
}

/** The label sets of alerts about budgets, each once. */
export function budgetLabelSets(alerts: readonly Pick<KnownAlert, 'labels'>[]): readonly string[] {
  const sets = alerts.filter(({ labels }) => 'tier' in labels).map(({ labels }) => labelSet(labels))
  return [...new Set(sets)].toSorted((a, b) => (a < b ? -1 : 1))
}
