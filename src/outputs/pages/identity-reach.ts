/** What an identity can reach and did reach: as a graph, and the same as tables. */
import type { IdentityView } from '../status-views.ts'
import { type Content, html, pathTo } from './html.ts'
import { count, instant } from './numbers.ts'
import { radiusGraph, unusedOf } from './radius-graph.ts'
import { table, tiles } from './table.ts'

type Reach = NonNullable<IdentityView['reach']>

/** A page stays small, whatever an identity reaches; all that is kept is in the JSON. */
const maxRows = 50

function findings({ findings: rows }: Reach): Content {
  return rows.length === 0
    ? undefined
    : html`<ul>${rows.slice(0, maxRows).map(({ kind, message }) => html`<li><code>${kind}</code> ${message}</li>`)}</ul>`
}

function names(title: string, rows: readonly Content[]): Content {
  return rows.length === 0
    ? undefined
    : table(title, [{ title, kind: 'w', cell: (name: Content) => name }], rows.slice(0, maxRows))
}

function tables(reach: Reach): Content {
  const { usedResources, wholeScopes, actsAs } = reach
  return [
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
    names(
      'Holds as a whole',
      wholeScopes.map(({ scope, level }) => `${scope} (${level})`),
    ),
    names('Granted, not used', unusedOf(reach)),
    names(
      'Can act as',
      actsAs.map((id) => html`<a href="${pathTo('/identities', id)}">${id}</a>`),
    ),
  ]
}

export function identityReach(name: string, { reach }: IdentityView): Content {
  if (reach === undefined)
    return html`<p>No list of rights that was read names it, and no event says what it reached. docs/inventory.md says how to give one.</p>`
  const { granted, used, unused, compromised, wide } = reach
  return [
    tiles([
      ['granted resources', count(granted), wide ? 'warn' : ''],
      ['used', count(used)],
      ['granted and not used', count(unused), unused > 0 ? 'warn' : ''],
      ['in reach if it is compromised', count(compromised), compromised > granted ? 'bad' : ''],
    ]),
    findings(reach),
    radiusGraph(name, reach),
    tables(reach),
  ]
}
