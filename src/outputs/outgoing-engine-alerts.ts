/** Alerts about the engine itself that it sends on its own: those whose evidence it has without asking Prometheus. */
import { engineAnnotations, type Links } from './alert-text.ts'
import { dashboardOf, engineAlerts } from './engine-alerts.ts'
import { labels } from './labels.ts'
import type { OutgoingAlert } from './outgoing-alerts.ts'
import { alertLabels, alertNames, alertsSeries } from './rule-conventions.ts'

export interface EngineEvidence {
  readonly silentSources: readonly string[]
  readonly isIntakePaused: boolean
}

/** What Prometheus would make of `{{ $labels.source }}`, and of `{{ $labels.source | urlquery }}`. */
function expanded(text: string, values: Readonly<Record<string, string>>): string {
  return text.replaceAll(/\{\{ \$labels\.(\w+)( \| urlquery)? \}\}/g, (_, name: string, inUrl?: string) => {
    const value = values[name] ?? ''
    return inUrl === undefined ? value : encodeURIComponent(value)
  })
}

function outgoing(
  name: string,
  values: Readonly<Record<string, string>>,
  links: Links,
  extra: Readonly<Record<string, string>>,
): readonly OutgoingAlert[] {
  const known = engineAlerts.find(({ alert }) => alert === name)
  if (known === undefined) return []
  const { alert, severity, summary, description } = known
  const text = { summary: expanded(summary, values), description: expanded(description, values) }
  return [
    {
      labels: { ...extra, ...values, [alertsSeries.alertName]: alert, [alertLabels.severity]: severity },
      annotations: engineAnnotations(links, alert, text, expanded(dashboardOf(known), values)),
    },
  ]
}

/** The watchdog always; the others by their evidence. @param extra labels on everything that is sent */
export function outgoingEngineAlerts(
  { silentSources, isIntakePaused }: EngineEvidence,
  links: Links,
  extra: Readonly<Record<string, string>>,
): readonly OutgoingAlert[] {
  return [
    ...outgoing(alertNames.watchdog, {}, links, extra),
    ...silentSources.flatMap((source) =>
      outgoing(alertNames.sourceSilent, { [labels.source]: source }, links, extra),
    ),
    ...(isIntakePaused ? outgoing(alertNames.intakePaused, {}, links, extra) : []),
  ]
}
