/** Rights that differ from the baseline, and what was changed lately. */
import type { DriftView } from '../rights-views.ts'
import { type Content, html, pathTo } from './html.ts'
import { type Frame, layout } from './layout.ts'
import { count, instant } from './numbers.ts'
import { paging, table, tiles } from './table.ts'

const link = (id: string): Content => html`<a href="${pathTo('/identities', id)}">${id}</a>`

function differences({ differences: rows, baseline, lookedAt }: DriftView): Content {
  if (baseline === undefined)
    return html`<p>No baseline is configured: nothing says which rights are as they should be. <code>identity-slo baseline write</code> writes one from the lists of rights that there are, and <code>baseline</code> in the configuration names it.</p>`
  if (lookedAt === undefined)
    return html`<p>Nothing has been held against the baseline yet: that takes a list of rights (<code>inventory</code> in the configuration).</p>`
  if (rows.length === 0) return html`<p>No right differs from the baseline.</p>`
  return table(
    'Rights that differ from the baseline',
    [
      {
        title: 'Who',
        kind: 'w',
        cell: ({ principal }) => (principal === undefined ? 'nobody whom a list has' : link(principal)),
      },
      { title: 'Difference', cell: ({ op }) => (op === 'granted' ? 'has it besides' : 'lacks it') },
      { title: 'Role', kind: 'w', cell: ({ role }) => role },
      { title: 'On', kind: 'w', cell: ({ scope }) => scope },
      {
        title: 'Told by an event',
        cell: ({ isTold }) => (isTold ? 'yes' : 'no'),
        tone: ({ isTold }) => (isTold ? undefined : 'warn'),
      },
      { title: 'Listed', kind: 'n', cell: ({ listedAt }) => instant(listedAt) },
    ],
    rows,
  )
}

const verdicts = { true: 'expected', false: 'unexpected', unknown: 'not judged' } as const

function changes({ changes: rows }: DriftView): Content {
  if (rows.length === 0) return html`<p>No event told of a change lately.</p>`
  return table(
    'Changes',
    [
      { title: 'Time', cell: ({ time }) => instant(time) },
      { title: 'Change', cell: ({ op }) => op },
      { title: 'Who', kind: 'w', cell: ({ identity }) => link(identity) },
      { title: 'Role', kind: 'w', cell: ({ role }) => role },
      { title: 'On', kind: 'w', cell: ({ scope }) => scope },
      { title: 'By', kind: 'w', cell: ({ actor }) => actor },
      {
        title: 'By baseline',
        cell: ({ expected }) => verdicts[expected],
        tone: ({ expected }) => (expected === 'false' ? 'bad' : undefined),
      },
    ],
    rows,
  )
}

export function driftPage(frame: Frame, drift: DriftView): string {
  const { baseline, total, untold, changes: recent } = drift
  const unexpected = recent.filter(({ expected }) => expected === 'false').length
  const main = html`<h1>Drift</h1>
<p class="soft">Rights that are other than the baseline says, and what was changed lately.</p>
${tiles([
  ['rights in the baseline', baseline === undefined ? '–' : count(baseline.grants)],
  ['differ from it now', baseline === undefined ? '–' : count(total), total > 0 ? 'warn' : ''],
  ['of which no event told', baseline === undefined ? '–' : count(untold), untold > 0 ? 'bad' : ''],
  ['unexpected among the changes below', count(unexpected), unexpected > 0 ? 'bad' : ''],
])}
<h2>Rights that differ</h2>
${differences(drift)}
${paging('/drift', '', drift)}
<h2>Recent changes</h2>
${changes(drift)}
<p><a href="/api/v1/drift">This page as JSON</a></p>`
  return layout(frame, { title: 'Drift', section: '/drift', main })
}
