/** Search among the identities. */
import type { IdentityList } from '../status-views.ts'
import { html } from './html.ts'
import { identityTable } from './identity-table.ts'
import { type Frame, layout } from './layout.ts'
import { count } from './numbers.ts'
import { paging, search } from './table.ts'

export function identitiesPage(frame: Frame, list: IdentityList, q: string): string {
  const found =
    list.identities.length > 0
      ? identityTable('Identities', list.identities)
      : list.known === 0
        ? html`<p>No event has named an identity yet: <a href="/">how to send the first record</a>.</p>`
        : html`<p>No identity has “${q}” in its id, name, application, team or provider: <a href="/identities">show all</a>.</p>`
  const main = html`<h1>Identities</h1>
<p class="soft">${count(list.total)} of ${count(list.known)} that events named. Those with most failures first.</p>
${search('/identities', 'Id, name, application, team or provider', q)}
${found}
${paging('/identities', q, list)}`
  return layout(frame, { title: 'Identities', section: '/identities', main })
}
