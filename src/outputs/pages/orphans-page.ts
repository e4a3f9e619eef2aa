/** Identities that hold rights which nobody needs: what to clean up first. */
import type { OrphanList } from '../rights-views.ts'
import { type Content, html, pathTo } from './html.ts'
import { type Frame, layout } from './layout.ts'
import { count, instant } from './numbers.ts'
import { paging, table, tiles } from './table.ts'

function orphans({ orphans: rows, hasInventory, surveyedAt, total }: OrphanList): Content {
  if (!hasInventory)
    return html`<p>No list of rights has been read, so that nobody is known to hold any: <code>inventory</code> in the configuration names the lists (docs/inventory.md).</p>`
  if (surveyedAt === undefined) return html`<p>Everybody is being looked at for the first time.</p>`
  if (total === 0) return html`<p>Nobody holds rights that are not needed.</p>`
  return table(
    'Orphaned identities',
    [
      {
        title: 'Identity',
        kind: 'w',
        cell: ({ id, name }) => html`<a href="${pathTo('/identities', id)}">${name ?? id}</a>`,
      },
      { title: 'Type', cell: ({ type }) => type },
      { title: 'Provider', cell: ({ provider }) => provider },
      {
        title: 'Why',
        kind: 'w',
        cell: ({ findings }) => findings.map(({ message }) => message).join('; '),
      },
    ],
    rows,
  )
}

function counts({ findingCounts }: OrphanList): Content {
  const rows = Object.entries(findingCounts).sort(([a, x], [b, y]) => y - x || (a < b ? -1 : 1))
  if (rows.length === 0) return undefined
  return html`<h2>All findings</h2>${table(
    'All findings',
    [
      { title: 'Finding', cell: ([kind]) => html`<code>${kind}</code>` },
      { title: 'Times', kind: 'n', cell: ([, number]) => count(number) },
    ],
    rows,
  )}`
}

export function orphansPage(frame: Frame, list: OrphanList): string {
  const main = html`<h1>Orphans</h1>
<p class="soft">Deleted, disabled, missing or unused for 90 days, and still in possession of rights. Looked at: ${instant(list.surveyedAt)}.</p>
${tiles([['orphaned identities', list.surveyedAt === undefined ? '–' : count(list.total), list.total > 0 ? 'warn' : '']])}
${orphans(list)}
${paging('/orphans', '', list)}
${counts(list)}
<p><a href="/api/v1/orphans">This page as JSON</a></p>`
  return layout(frame, { title: 'Orphans', section: '/orphans', main })
}
