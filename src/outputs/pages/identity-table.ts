/** Identities as rows. */
import type { IdentityRow } from '../status-views.ts'
import { type Html, html, pathTo } from './html.ts'
import { count, instant, percent } from './numbers.ts'
import { type Column, table } from './table.ts'

const columns: readonly Column<IdentityRow>[] = [
  {
    title: 'Identity',
    kind: 'w',
    cell: ({ id, name }) => html`<a href="${pathTo('/identities', id)}">${name ?? id}</a>`,
  },
  { title: 'Type', cell: ({ type }) => type },
  { title: 'Provider', cell: ({ provider }) => provider },
  { title: 'App', cell: ({ app }) => app },
  { title: 'Failures', kind: 'n', cell: ({ failures }) => count(failures) },
  { title: 'Events', kind: 'n', cell: ({ events }) => count(events) },
  {
    title: 'Failed',
    kind: 'n',
    cell: ({ failures, events }) => (events === 0 ? '–' : percent(failures / events, 2)),
  },
  { title: 'Last seen', kind: 'n', cell: ({ lastSeen }) => instant(lastSeen) },
]

const tenant: Column<IdentityRow> = { title: 'Tenant', kind: 'w', cell: (row) => row.tenant }

/** Identities of one id: what tells them apart is the tenant. */
export function descriptionTable(rows: readonly IdentityRow[]): Html {
  return table('Events', [...columns, tenant], rows)
}

export function identityTable(name: string, rows: readonly IdentityRow[]): Html {
  return table(name, columns, rows)
}
