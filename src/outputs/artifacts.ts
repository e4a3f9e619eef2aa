/** Everything that `generate` writes, as paths and contents. */
import type { Objective } from '../objectives/objective.ts'
import { alertGroup, eventTimeAlertGroup } from './alert-rules.ts'
import { type Links, unconfiguredLinks } from './alert-text.ts'
import { renderAlertmanagerConfig } from './alertmanager-config.ts'
import { debugDashboard } from './dashboards/debug.ts'
import { executiveDashboard } from './dashboards/executive.ts'
import { renderDashboard } from './dashboards/grafana-json.ts'
import { onCallDashboard } from './dashboards/on-call.ts'
import { pipelineDashboard } from './dashboards/pipeline.ts'
import { engineAlertGroup } from './engine-alerts.ts'
import { renderMetricsDoc } from './metrics-doc.ts'
import { platformAlertGroup } from './platform-alerts.ts'
import { recordingGroups } from './recording-rules.ts'
import { renderRuleFile } from './rule-file.ts'

export interface Artifact {
  /** Relative to the repository, with `/`. */
  readonly path: string
  readonly content: string
}

export interface Catalogue {
  readonly objectives: readonly Objective[]
}

/** Ids come from service names, which are free text: what is no plain file name becomes `-`. */
function fileName(id: string): string {
  return id.replaceAll(/[^A-Za-z0-9._-]/g, '-').replace(/^\.+/, '-')
}

/** Ids that differ, and file names that would not, are told apart by a number. */
function withFileNames(objectives: readonly Objective[]): readonly (readonly [string, Objective])[] {
  const taken = new Set<string>()
  return [...objectives].sort(byId).map((objective) => {
    const base = fileName(objective.id)
    let name = base
    // Some file systems do not tell letter cases apart.
    for (let count = 2; taken.has(name.toLowerCase()); count++) name = `${base}-${count}`
    taken.add(name.toLowerCase())
    return [name, objective] as const
  })
}

function byId(a: Objective, b: Objective): number {
  return a.id < b.id ? -1 : 1
}

function objectiveArtifact(name: string, objective: Objective, links: Links): Artifact {
  return {
    path: `alerts/objectives/${name}.yaml`,
    content: renderRuleFile(`Objective ${objective.id}, revision ${objective.revision}`, [
      ...recordingGroups(objective),
      alertGroup(objective, links),
    ]),
  }
}

/** All generated files, sorted by path. The same catalogue gives the same bytes, in whatever order it comes. */
export function renderArtifacts(catalogue: Catalogue, links: Links = unconfiguredLinks): readonly Artifact[] {
  const rules = withFileNames(catalogue.objectives).map(([name, objective]) =>
    objectiveArtifact(name, objective, links),
  )
  const artifacts: readonly Artifact[] = [
    ...rules,
    { path: 'alerts/engine.yaml', content: renderRuleFile('The engine itself', [engineAlertGroup(links)]) },
    {
      path: 'alerts/event-time/objectives.yaml',
      content: renderRuleFile(
        'Alerts of all objectives by the gauges of the engine: in place of those by counters',
        [...catalogue.objectives].sort(byId).map((objective) => eventTimeAlertGroup(objective, links)),
      ),
    },
    { path: 'alertmanager/alertmanager.yaml', content: renderAlertmanagerConfig(catalogue.objectives) },
    { path: 'alerts/platform.yaml', content: renderRuleFile('The platform', [platformAlertGroup(links)]) },
    { path: 'dashboards/debug.json', content: renderDashboard(debugDashboard) },
    { path: 'dashboards/executive.json', content: renderDashboard(executiveDashboard) },
    { path: 'dashboards/on-call.json', content: renderDashboard(onCallDashboard) },
    { path: 'dashboards/pipeline.json', content: renderDashboard(pipelineDashboard) },
    { path: 'docs/metrics.md', content: renderMetricsDoc() },
  ]
  return [...artifacts].sort((a, b) => (a.path < b.path ? -1 : 1))
}
