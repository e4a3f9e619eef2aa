/** What every page has around its own content: head, navigation, footer. */
import { type Content, type Html, html } from './html.ts'
import { instant } from './numbers.ts'

/** What every page says of the run. */
export interface Frame {
  readonly version: string
  readonly isReady: boolean
  /** RFC 3339; undefined before the first event. */
  readonly dataUntil: string | undefined
  /** What keeps the run from doing its work, as sentences. */
  readonly problems?: readonly string[]
}

export const sections = [
  ['/', 'Objectives'],
  ['/incidents', 'Incidents'],
  ['/identities', 'Identities'],
  ['/drift', 'Drift'],
  ['/orphans', 'Orphans'],
  ['/sources', 'Sources'],
] as const

export interface PageContent {
  readonly title: string
  /** Which of the sections it belongs to; none where undefined. */
  readonly section: (typeof sections)[number][0] | undefined
  readonly main: Content
}

export function layout(frame: Frame, { title, section, main }: PageContent): string {
  const links = sections.map(([path, name]) =>
    path === section
      ? html`<a href="${path}" aria-current="page">${name}</a>`
      : html`<a href="${path}">${name}</a>`,
  )
  return html`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title} · identity-slo</title><link rel="icon" href="data:,"><link rel="stylesheet" href="/assets/style.css"><script src="/assets/live.js" defer></script></head>
<body><a class="skip" href="#main">Skip to the content</a>
<header><a class="brand" href="/">identity-slo</a><nav aria-label="sections">${links}</nav><button type="button" id="live" class="asleep" aria-pressed="false" disabled>Pause updates</button></header>
<p id="stale" class="stale" role="status"></p>
<main id="main" tabindex="-1">${notes(frame)}${main}</main>
<footer><p class="small">${until(frame)} Version ${frame.version}.</p>
<nav aria-label="endpoints" class="small"><a href="/metrics">/metrics</a><a href="/api/v1/status">/api/v1/status</a><a href="/api/v1/openapi.json">/api/v1/openapi.json</a><a href="/-/healthy">/-/healthy</a><a href="/-/ready">/-/ready</a></nav></footer>
</body></html>
`.text
}

const reading = html`<p class="note" role="status">Still reading the logs that are there: numbers are of a part of them until that is done.</p>`

function notes({ isReady, problems = [] }: Frame): Content {
  return [isReady ? undefined : reading, ...problems.map((text) => html`<p class="note bad">${text}</p>`)]
}

function until({ dataUntil }: Frame): Html {
  return dataUntil === undefined
    ? html`No event yet.`
    : html`Events up to <time datetime="${dataUntil}">${instant(dataUntil)}</time>: windows end there, in event time.`
}
