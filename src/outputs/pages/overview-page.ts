/** The first page: how the objectives stand, the worst first; who fails most; whether the sources speak. */
import type { IncidentList } from '../incident-views.ts'
import type { IdentityRow, ObjectiveList, ObjectiveRow, SourceRow } from '../status-views.ts'
import { type FirstRecord, firstRecord } from './first-record.ts'
import { type Content, html, pathTo } from './html.ts'
import { identityTable } from './identity-table.ts'
import { incidentTable } from './incidents-page.ts'
import { type Frame, layout } from './layout.ts'
import { count, percent, rate } from './numbers.ts'
import { budget, sli, stateNames, stateTone } from './objective-cells.ts'
import { sourceSummary } from './source-tables.ts'
import { type Column, paging, search, type Tone, table, tiles } from './table.ts'

export interface Overview {
  readonly list: ObjectiveList
  /** What was searched for; empty for all. */
  readonly q: string
  readonly incidents: IncidentList
  /** Identities with failures, most first. */
  readonly culprits: readonly IdentityRow[]
  readonly sources: readonly SourceRow[]
  /** Undefined where records have been read already. */
  readonly firstRecord: FirstRecord | undefined
}

const columns: readonly Column<ObjectiveRow>[] = [
  {
    title: 'Objective',
    kind: 'w',
    cell: ({ id, service, name }) => html`<a href="${pathTo('/objectives', id)}">${service} / ${name}</a>`,
  },
  { title: 'State', cell: ({ state }) => stateNames[state], tone: stateTone },
  { title: 'Budget left', cell: budget },
  { title: 'Burn 1h', kind: 'n', cell: ({ hasData, burnRate1h }) => (hasData ? rate(burnRate1h) : '–') },
  { title: 'SLI', kind: 'n', cell: sli },
  { title: 'Target', kind: 'n', cell: ({ target }) => percent(target) },
  { title: 'Bad', kind: 'n', cell: ({ bad }) => count(bad) },
  { title: 'Window', kind: 'n', cell: ({ window }) => window },
  { title: 'Alerts that fire', kind: 'w', cell: ({ firing }) => firing.join(', ') },
]

function objectives({ list, q }: Overview): Content {
  const known = Object.values(list.states).reduce((sum, each) => sum + each, 0)
  if (known === 0)
    return html`<p>No objectives are defined: add OpenSLO files under <code>definitions</code> of the configuration, then <code>POST /-/reload</code> or send SIGHUP.</p>`
  const found =
    list.objectives.length === 0
      ? html`<p>No objective here${q === '' ? '' : html` has “${q}” in its name or service`}: <a href="/">show all</a>.</p>`
      : table('Objectives', columns, list.objectives)
  return [
    q !== '' || known > list.pageSize ? search('/', 'Objective or service', q) : undefined,
    found,
    paging('/', q, list),
  ]
}

function summary({ list: { states } }: Overview): Content {
  const tone: Readonly<Record<string, Tone | ''>> = { page: 'bad', overspent: 'bad', ticket: 'warn' }
  return tiles(
    (['page', 'ticket', 'overspent', 'ok', 'no-data'] as const).map((state) => {
      const number = states[state] ?? 0
      return [stateNames[state], count(number), number > 0 ? (tone[state] ?? '') : ''] as const
    }),
  )
}

const maxIncidents = 10

function openIncidents({ incidents: { open, incidents } }: Overview): Content {
  if (open === 0) return undefined
  const rows = incidents.filter(({ state }) => state === 'open').slice(0, maxIncidents)
  return html`<h2>Open incidents</h2>${incidentTable('Open incidents', rows)}`
}

export function overviewPage(frame: Frame, overview: Overview): string {
  const { culprits, sources } = overview
  const main = html`<h1>Objectives of machine identities</h1>
${overview.firstRecord && firstRecord(overview.firstRecord)}
${summary(overview)}
${openIncidents(overview)}
${overview.incidents.open > 0 ? html`<h2>All objectives</h2>` : undefined}
${objectives(overview)}
<h2>Identities with most failures</h2>
${culprits.length === 0 ? html`<p>No identity has failed.</p>` : identityTable('Identities with most failures', culprits)}
<h2>Sources</h2>
${sources.length === 0 ? html`<p>No source has sent a record yet.</p>` : sourceSummary(sources)}`
  return layout(frame, { title: 'Objectives', section: '/', main })
}
