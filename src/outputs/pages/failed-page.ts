/** What is said when a page cannot be made. */
import { html } from './html.ts'
import { type Frame, layout } from './layout.ts'

export function failedPage(frame: Frame): string {
  const main = html`<h1>This page cannot be shown</h1><p>The program failed to make it; the log of the run says more. Records are counted all the same.</p><p><a href="/">Objectives</a>, <a href="/sources">sources</a> and <a href="/metrics">/metrics</a> may tell how the run is.</p>`
  return layout(frame, { title: 'Failed', section: undefined, main })
}
