/** One identity: how it fared, whose budget it burned, what it can reach and did reach, what was changed about it. */
import type { IdentityView } from '../status-views.ts'
import { type Content, html, pathTo } from './html.ts'
import { identityReach } from './identity-reach.ts'
import { descriptionTable } from './identity-table.ts'
import { type Frame, layout } from './layout.ts'
import { count, duration, instant, percent } from './numbers.ts'
import { table, tiles } from './table.ts'

const maxRows = 50

/** Where a token's age is told, half of its lifetime is what objective `token-age` asks for. */
function age({ lastAge }: IdentityView['activity']): Content {
  if (lastAge === undefined) return '–'
  const { ageSeconds, ttlSeconds } = lastAge
  return ttlSeconds === undefined
    ? duration(ageSeconds)
    : `${duration(ageSeconds)} of ${duration(ttlSeconds)} (${percent(ageSeconds / ttlSeconds, 0)})`
}

function activity({ activity: of }: IdentityView): Content {
  const { requests, requestFailures, uses, unauthenticated, forbidden, lastIssued } = of
  const refused = unauthenticated + forbidden
  return [
    tiles([
      ['token requests', count(requests)],
      ['of which failed', count(requestFailures), requestFailures > 0 ? 'warn' : ''],
      ['uses of tokens', count(uses)],
      ['401: not accepted', count(unauthenticated), unauthenticated > 0 ? 'warn' : ''],
      ['403: refused', count(forbidden), forbidden > 0 ? 'warn' : ''],
      ['token age at the last use', age(of)],
    ]),
    html`<p class="soft">Issuance ${requests === 0 ? 'not seen' : `${percent(1 - requestFailures / requests)} good`}, auth ${uses === 0 ? 'not seen' : `${percent(1 - refused / uses)} good`}. Newest token: ${instant(lastIssued)}. Since it was first seen; objectives count windows.</p>`,
  ]
}

function calls({ calls: rows }: IdentityView): Content {
  if (rows.length === 0) return html`<p>No call of it was seen since yesterday.</p>`
  return table(
    'Services it called',
    [
      { title: 'Service', kind: 'w', cell: ({ service }) => service },
      { title: 'Allowed', kind: 'n', cell: ({ allowed }) => count(allowed) },
      {
        title: '401',
        kind: 'n',
        cell: ({ unauthenticated }) => count(unauthenticated),
        tone: ({ unauthenticated }) => (unauthenticated > 0 ? 'bad' : undefined),
      },
      {
        title: '403',
        kind: 'n',
        cell: ({ forbidden }) => count(forbidden),
        tone: ({ forbidden }) => (forbidden > 0 ? 'bad' : undefined),
      },
      { title: 'Last used', kind: 'n', cell: ({ lastUsed }) => instant(lastUsed) },
    ],
    rows.slice(0, maxRows),
  )
}

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

function changes({ changes: rows }: IdentityView): Content {
  if (rows.length === 0) return html`<p>No event tells of a change.</p>`
  return table(
    'Changes',
    [
      { title: 'Time', cell: ({ time }) => instant(time) },
      { title: 'Change', kind: 'w', cell: ({ what }) => what },
      { title: 'By', kind: 'w', cell: ({ actor = '–' }) => actor },
    ],
    rows.slice(0, maxRows),
  )
}

export function identityPage(frame: Frame, identity: IdentityView): string {
  const { id, descriptions } = identity
  const [first] = descriptions
  const name = first?.name ?? id
  const main = html`<h1>${name}</h1>
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
<h2>Tokens</h2>
${activity(identity)}
<h2>Services</h2>
${calls(identity)}
<h2>Events</h2>
${descriptions.length === 0 ? html`<p>None.</p>` : descriptionTable(descriptions)}
<h2>Budgets it burned</h2>
${burned(identity)}
<h2>What it can reach</h2>
${identityReach(name, identity)}
<h2>Changes</h2>
${changes(identity)}
<p><a href="${pathTo('/api/v1/identities', id)}">This page as JSON</a></p>`
  return layout(frame, { title: name, section: '/identities', main })
}
