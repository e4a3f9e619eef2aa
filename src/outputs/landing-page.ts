/** The landing page of a run: what is watched, how it is, and where everything else is. Plain HTML, no script. */
import type { ObjectiveReport } from './replay-report.ts'

export interface LandingFacts {
  readonly version: string
  readonly isReady: boolean
  /** RFC 3339; undefined before the first event. */
  readonly dataUntil: string | undefined
  readonly objectives: readonly ObjectiveReport[]
  readonly sources: readonly {
    readonly id: string
    readonly accepted: number
    readonly duplicate: number
    readonly late: number
    readonly rejected: number
    readonly irrelevant: number
    /** RFC 3339. */
    readonly newest: string | undefined
  }[]
  readonly identities: readonly {
    readonly name: string
    readonly app: string
    readonly provider: string
    readonly failures: number
    readonly events: number
  }[]
}

const style = `
:root { color-scheme: light dark; --ok: light-dark(#12703a, #57c98b); --bad: light-dark(#b3261e, #ff8a80); --line: light-dark(#d5d8dc, #3a3f45); --soft: light-dark(#5b636b, #a6adb4) }
body { font: 16px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 84rem; padding: 0 1rem; background: light-dark(#fff, #16191c); color: light-dark(#16191c, #e8eaec) }
h1 { font-size: 1.5rem; margin: 0 } h2 { font-size: 1.1rem; margin: 2rem 0 .5rem } p { margin: .3rem 0 }
a { color: light-dark(#0b57d0, #8ab4f8) } .soft { color: var(--soft) } .scroll { overflow-x: auto }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums } th, td { padding: .35rem .7rem; text-align: left; border-bottom: 1px solid var(--line); white-space: nowrap }
th { font-weight: 600; color: var(--soft) } .n { text-align: right } .ok { color: var(--ok) } .bad { color: var(--bad); font-weight: 600 }
pre { background: light-dark(#f3f4f6, #202428); padding: .8rem; overflow-x: auto; border-radius: 4px }
td:last-child { white-space: normal } nav a { margin-right: 1.2rem }`

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

export function escapeHtml(text: string): string {
  return text.replaceAll(/[&<>"']/g, (character) => entities[character] ?? character)
}

function count(value: number): string {
  return Math.round(value)
    .toString()
    .replaceAll(/\B(?=(\d{3})+$)/g, ',')
}

/** Cut, never rounded up: 99.9999 % of a million is not all of them. 0.29 is 29, not what binary makes of it. */
function percent(ratio: number): string {
  return `${Math.floor(ratio * 1e6 + 1e-7) / 1e4} %`
}

function cell(text: string, kind = ''): string {
  return `<td${kind === '' ? '' : ` class="${kind}"`}>${text}</td>`
}

function table(
  header: readonly (readonly [title: string, kind?: string])[],
  rows: readonly string[],
): string {
  const head = header
    .map(([title, kind]) => `<th scope="col"${kind ? ` class="${kind}"` : ''}>${title}</th>`)
    .join('')
  return `<div class="scroll" tabindex="0" role="region" aria-label="table"><table><thead><tr>${head}</tr></thead><tbody>${rows.map((row) => `<tr>${row}</tr>`).join('')}</tbody></table></div>`
}

function objectiveRow(objective: ObjectiveReport): string {
  const firing = objective.alerts.filter((alert) => alert.firing).map((alert) => alert.id)
  const state = firing.length > 0 ? firing.join(', ') : objective.hasData ? 'ok' : 'no data yet'
  return [
    cell(escapeHtml(`${objective.service} / ${objective.name}`)),
    cell(percent(objective.target), 'n'),
    cell(objective.hasData ? percent(objective.value) : '–', 'n'),
    cell(count(objective.good), 'n'),
    cell(count(objective.bad), 'n'),
    cell(percent(objective.errorBudgetRemaining), objective.errorBudgetRemaining < 0 ? 'n bad' : 'n'),
    cell(String(Number((objective.burnRates['1h'] ?? 0).toPrecision(3))), 'n'),
    cell(escapeHtml(objective.window), 'n'),
    cell(escapeHtml(state), firing.length > 0 ? 'bad' : 'ok'),
  ].join('')
}

function objectives(facts: LandingFacts): string {
  if (facts.objectives.length === 0)
    return '<p>No objectives are defined: add OpenSLO files under <code>definitions</code>.</p>'
  const header = [
    ['objective'],
    ['target', 'n'],
    ['SLI', 'n'],
    ['good', 'n'],
    ['bad', 'n'],
    ['budget left', 'n'],
    ['burn 1h', 'n'],
    ['window', 'n'],
    ['state'],
  ] as const
  return table(header, facts.objectives.map(objectiveRow))
}

const firstRecord = `<p>No records yet. Send some, or name files under <code>sources.files</code>:</p>
<pre>curl --data-binary @signins.json http://HOST:PORT/v1/records</pre>`

function sources(facts: LandingFacts): string {
  if (facts.sources.length === 0) return firstRecord
  const rows = facts.sources.map((source) =>
    [
      cell(escapeHtml(source.id)),
      cell(count(source.accepted), 'n'),
      cell(count(source.duplicate), 'n'),
      cell(count(source.late), 'n'),
      cell(count(source.rejected), source.rejected > 0 ? 'n bad' : 'n'),
      cell(count(source.irrelevant), 'n'),
      cell(source.newest ?? '–', 'n'),
    ].join(''),
  )
  const header = [
    ['source'],
    ['accepted', 'n'],
    ['duplicate', 'n'],
    ['late', 'n'],
    ['rejected', 'n'],
    ['not relevant', 'n'],
    ['newest event', 'n'],
  ] as const
  return table(header, rows)
}

function identities(facts: LandingFacts): string {
  const failing = facts.identities.filter(({ failures }) => failures > 0)
  if (failing.length === 0) return '<p>No identity has failed.</p>'
  const rows = failing.map((identity) =>
    [
      cell(escapeHtml(identity.name)),
      cell(escapeHtml(identity.app)),
      cell(escapeHtml(identity.provider)),
      cell(count(identity.failures), 'n'),
      cell(count(identity.events), 'n'),
    ].join(''),
  )
  return table([['identity'], ['app'], ['provider'], ['failures', 'n'], ['events', 'n']], rows)
}

export function renderLandingPage(facts: LandingFacts): string {
  const until = facts.dataUntil === undefined ? 'No event yet' : `Events up to ${facts.dataUntil}`
  const reading = facts.isReady ? '' : ' · still reading the logs that are there'
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>identity-slo</title><style>${style}</style></head><body>
<header><h1>identity-slo</h1><p class="soft">Service level objectives of machine identities · version ${escapeHtml(facts.version)}</p>
<p>${until}${reading}. Windows end there, in event time.</p>
<nav aria-label="endpoints"><a href="/metrics">/metrics</a><a href="/api/v1/status">/api/v1/status</a><a href="/-/healthy">/-/healthy</a><a href="/-/ready">/-/ready</a></nav></header>
<main><h2>Objectives</h2>${objectives(facts)}
<h2>Records by source</h2>${sources(facts)}
<h2>Identities with most failures</h2>${identities(facts)}</main>
</body></html>
`
}
