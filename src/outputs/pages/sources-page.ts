/** Whether the sources speak, how far behind they are, and what became of their records. */
import type { SourceList } from '../status-views.ts'
import { type Content, html } from './html.ts'
import { type Frame, layout } from './layout.ts'
import { freshnessTable, recordTable, rejectionTable, sampleTable } from './source-tables.ts'

function samples(sources: SourceList['sources']): Content {
  const shown = sampleTable(sources)
  return (
    shown &&
    html`<h2>Samples of rejected records</h2>
<p class="soft">The newest of each reason since the start. What stood in them is not kept, because it may be a secret: the place tells where it can be looked at, and <code>identity-slo inspect FILE</code> shows what is read of it.</p>
${shown}`
  )
}

export function sourcesPage(frame: Frame, { sources }: SourceList): string {
  const tables = html`<h2>Freshness</h2>
<p class="soft">Complete up to: the watermark, the event time up to which the source is believed complete. Lag: how old the newest event was when it was read. A silent log is not a healthy one.</p>
${freshnessTable(sources)}
<h2>Records</h2>
${recordTable(sources)}
<h2>Records without an event, by reason</h2>
<p class="soft">Not relevant and not terminal records are expected; the other reasons are explained in docs/errors.md, and the log of the run says where each was.</p>
${rejectionTable(sources)}
${samples(sources)}`
  const main = html`<h1>Sources</h1>
${sources.length === 0 ? html`<p>No source has sent a record yet: <a href="/">how to send the first one</a>.</p>` : tables}`
  return layout(frame, { title: 'Sources', section: '/sources', main })
}
