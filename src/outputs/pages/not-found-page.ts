/** What is said of something that is not here. */
import { html } from './html.ts'
import { type Frame, layout } from './layout.ts'

/** `what`: a sentence without its full stop. */
export function notFoundPage(frame: Frame, what: string): string {
  const main = html`<h1>Not found</h1><p>${what}.</p><p><a href="/">Objectives</a>, <a href="/identities">identities</a> and <a href="/sources">sources</a> are served here.</p>`
  return layout(frame, { title: 'Not found', section: undefined, main })
}
