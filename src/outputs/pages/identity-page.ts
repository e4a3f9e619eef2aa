/** One identity: how it fared, whose budget it burned, what it can reach and did reach, what was changed about it. */
import type { IdentityView } from '../status-views.ts'
import { type Content, html, pathTo } from './html.ts'
import { descriptionTable } from './identity-table.ts'
import { type Frame, layout } from './layout.ts'
import { count, instant } from './numbers.ts'
import { table, tiles } from './table.ts'

/** A page stays small, whatever an identity reaches; all that is kept is in the JSON. */
const maxRows = 50

function burned({ burned: rows }: IdentityView): Content {
  if (rows.length === 0) return html`<p>It is not among those that burned the budget of an objective.</p>`
  return table(
    'Budgets it burned',
    [
      {
        title: 'Objective',
        kind: 'w',
        cell: ({ objective }) => html`<a href="${pathTo('/objectives', objective)}">${objective}</a>`,
      },
      { title: 'Indicator', cell: ({ indicator }) => indicator },
      { title: 'Bad', kind: 'n', cell: ({ bad }) => count(bad) },
    ],
    rows.slice(0, maxRows),
  )
}

function reach({ reach: radius }: IdentityView): Content {
  if (radius === undefined)
    return html`<p>No list of rights that was read names it, and no event says what it reached. docs/inventory.md says how to give one.</p>`
  const { granted, used, unused, grantedResources, usedResources, findings } = radius
  const unusedGrants = grantedResources.filter(
    (name) => !usedResources.some(({ resource }) => resource === name),
  )
  return [
    tiles([
      ['granted resources', count(granted)],
      ['used', count(used)],
      ['granted and not used', count(unused), unused > 0 ? 'warn' : ''],
    ]),
    findings.length === 0
      ? undefined
      : html`<ul>${findings.slice(0, maxRows).map(({ kind, message }) => html`<li><code>${kind}</code> ${message}</li>`)}</ul>`,
    usedResources.length === 0
      ? undefined
      : table(
          'Used resources',
          [
            { title: 'Used resource', kind: 'w', cell: ({ resource }) => resource },
            { title: 'Last used', kind: 'n', cell: ({ lastUsed }) => instant(lastUsed) },
          ],
          usedResources.slice(0, maxRows),
        ),
    unusedGrants.length === 0
      ? undefined
      : table(
          'Granted resources',
          [{ title: 'Granted, not used', kind: 'w', cell: (name: string) => name }],
          unusedGrants.slice(0, maxRows),
        ),
  ]
}

function changes({ changes: rows }: IdentityView): Content {
  if (rows.length === 0) return html`<p>No event tells of a change.</p>`
  return table(
    'Changes',
    [
      { title: 'Time', cell: ({ time }) => instant(time) },
      { title: 'Change', kind: 'w', cell: ({ what }) => what },
    ],
    rows.slice(0, maxRows),
  )
}

export function identityPage(frame: Frame, identity: IdentityView): string {
  const { id, descriptions } = identity
  const [first] = descriptions
  const main = html`<h1>${first?.name ?? id}</h1>
<p class="soft">${id}</p>
${
  first === undefined
    ? html`<p>Rights name it; no event has.</p>`
    : tiles([
        ['type', first.type],
        ['provider', first.provider],
        ['application', first.app],
        ['team', first.owned ? first.team : 'not owned', first.owned ? '' : 'warn'],
      ])
}
<h2>Events</h2>
${descriptions.length === 0 ? html`<p>None.</p>` : descriptionTable(descriptions)}
<h2>Budgets it burned</h2>
${burned(identity)}
<h2>What it can reach</h2>
${reach(identity)}
<h2>Changes</h2>
${changes(identity)}
<p><a href="${pathTo('/api/v1/identities', id)}">This page as JSON</a></p>`
  return layout(frame, { title: first?.name ?? id, section: '/identities', main })
}
