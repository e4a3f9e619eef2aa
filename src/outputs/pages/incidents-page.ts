/** Incidents: what broke and breaks, the open ones first. */
import type { IncidentList, IncidentRow } from '../incident-views.ts'
import { type Content, html, pathTo } from './html.ts'
import { type Frame, layout } from './layout.ts'
import { count, duration, instant } from './numbers.ts'
import { type Column, paging, search, type Tone, table, tiles } from './table.ts'

export function incidentTone({ state, severity }: Pick<IncidentRow, 'state' | 'severity'>): Tone {
  return state === 'resolved' ? 'ok' : severity === 'page' ? 'bad' : 'warn'
}

const columns: readonly Column<IncidentRow>[] = [
  {
    title: 'Incident',
    kind: 'w',
    cell: ({ id, title }) => html`<a href="${pathTo('/incidents', id)}">${title}</a>`,
  },
  { title: 'State', cell: ({ state }) => state, tone: incidentTone },
  { title: 'Severity', cell: ({ severity }) => severity },
  { title: 'Mode', cell: ({ mode = '–' }) => mode },
  { title: 'Services', kind: 'w', cell: ({ services }) => services.join(', ') },
  { title: 'Detected', kind: 'n', cell: ({ detectedAt }) => instant(detectedAt) },
  {
    title: 'To detect',
    kind: 'n',
    cell: ({ timeToDetectSeconds: seconds }) => (seconds === undefined ? '–' : duration(seconds)),
  },
  {
    title: 'To restore',
    kind: 'n',
    cell: ({ timeToRestoreSeconds: seconds }) => (seconds === undefined ? '–' : duration(seconds)),
  },
  { title: 'Bad', kind: 'n', cell: ({ bad }) => count(bad) },
]

export function incidentTable(name: string, rows: readonly IncidentRow[]): Content {
  return table(name, columns, rows)
}

export function incidentsPage(frame: Frame, list: IncidentList, q: string): string {
  const { incidents, open } = list
  const found =
    incidents.length > 0
      ? incidentTable('Incidents', incidents)
      : q === ''
        ? html`<p>No alert has fired: nothing broke that an objective watches.</p>`
        : html`<p>No incident has “${q}” in its title, mode, owner, objectives or services: <a href="/incidents">show all</a>.</p>`
  const main = html`<h1>Incidents</h1>
<p class="soft">An incident begins when an alert of an objective fires, and ends with its last alert. Times are those of the events.</p>
${tiles([['open', count(open), open > 0 ? 'bad' : 'ok']])}
${incidents.length > 0 || q !== '' ? search('/incidents', 'Title, mode, owner, objective or service', q) : undefined}
${found}
${paging('/incidents', q, list)}
<p><a href="/api/v1/incidents">As JSON</a></p>`
  return layout(frame, { title: 'Incidents', section: '/incidents', main })
}
