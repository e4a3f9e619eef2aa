/** A weekly or monthly review as one HTML file with charts: nothing in it is loaded from elsewhere. */
import { budgetDrawing } from '../pages/budget-chart.ts'
import { columnChart, type Series } from '../pages/column-chart.ts'
import { type Content, Html, html } from '../pages/html.ts'
import { incidentTone } from '../pages/incidents-page.ts'
import { count, duration, instant, percent } from '../pages/numbers.ts'
import { stylesheet } from '../pages/stylesheet.ts'
import { bar, type Tone, table } from '../pages/table.ts'
import type { Review, ReviewInventory, ReviewObjective } from './review.ts'
import { notesOf } from './review-notes.ts'
import { type TrendStep, trendOf } from './review-trend.ts'

/** Of objectives, the ones in most trouble. */
const maxCourses = 3

function toneOf({ budgetRemaining }: ReviewObjective): Tone {
  return budgetRemaining <= 0 ? 'bad' : budgetRemaining < 0.25 ? 'warn' : 'ok'
}

function left(objective: ReviewObjective): Content {
  if (!objective.hasData) return 'no data'
  return html`${bar(objective.budgetRemaining, toneOf(objective))}${percent(objective.budgetRemaining, 1)}`
}

function budgets({ objectives }: Review): Content {
  const rows = table<ReviewObjective>(
    'Budgets',
    [
      { title: 'Objective', kind: 'w', cell: ({ id }) => id },
      { title: 'Promise', cell: ({ target, window }) => `${percent(target)} over ${window}` },
      {
        title: 'Kept',
        kind: 'n',
        cell: ({ good, bad, value }) => (good + bad === 0 ? 'no data' : percent(value)),
      },
      { title: 'Bad', kind: 'n', cell: ({ bad }) => count(bad) },
      { title: 'Budget spent', kind: 'n', cell: ({ budgetSpent }) => percent(budgetSpent, 1) },
      { title: 'Budget left', cell: left },
      { title: 'Who burned most', kind: 'w', cell: ({ culprits }) => culprits.join(', ') },
    ],
    objectives,
  )
  const courses = objectives
    .filter(({ hasData, bad }) => hasData && bad > 0)
    .slice(0, maxCourses)
    .map(({ id, course }) => html`<h3>Budget left: ${id}</h3>${budgetDrawing(course)}`)
  return html`${rows}${courses}`
}

function chart(
  name: string,
  series: readonly Series[],
  steps: readonly TrendStep[],
  of: (step: TrendStep) => readonly number[] | undefined,
): Html {
  return columnChart(
    name,
    series,
    steps.map((step) => ({ label: step.label, parts: of(step) })),
  )
}

function incidents({ incidents: all }: Review, steps: readonly TrendStep[]): Content {
  if (all.length === 0) return html`<p>No alert fired.</p>`
  const lasted = (seconds: number | undefined): string => (seconds === undefined ? '–' : duration(seconds))
  const series: readonly Series[] = [
    { name: 'pages', tone: 'bad' },
    { name: 'tickets', tone: 'warn' },
  ]
  return html`${chart('Incidents', series, steps, ({ pages, tickets }) => [pages, tickets])}
${table(
  'Incidents',
  [
    { title: 'Detected', cell: ({ detectedAt }) => instant(detectedAt) },
    { title: 'What', kind: 'w', cell: ({ title }) => title },
    { title: 'State', cell: ({ state }) => state, tone: incidentTone },
    { title: 'Severity', cell: ({ severity }) => severity },
    { title: 'To detect', kind: 'n', cell: ({ timeToDetectSeconds }) => lasted(timeToDetectSeconds) },
    { title: 'To restore', kind: 'n', cell: ({ timeToRestoreSeconds }) => lasted(timeToRestoreSeconds) },
    { title: 'Services', kind: 'w', cell: ({ services }) => services.join(', ') },
    { title: 'Bad', kind: 'n', cell: ({ bad }) => count(bad) },
  ],
  all,
)}`
}

function drift({ drift: found }: Review, steps: readonly TrendStep[]): Content {
  const { hasBaseline, total, shown, actors } = found
  const series: readonly Series[] = hasBaseline
    ? [
        { name: 'accounted for', tone: 'plain' },
        { name: 'drift', tone: 'bad' },
      ]
    : [{ name: 'changes', tone: 'plain' }]
  const about = hasBaseline
    ? 'Below, newest first, those that neither the baseline nor their actor accounts for.'
    : 'Without --baseline none of them is drift.'
  return html`<p>${count(total)} changes of rights and identities. ${about}</p>
${total === 0 ? undefined : chart('Changes of rights and identities', series, steps, ({ expected, unexpected }) => (hasBaseline ? [expected, unexpected] : [expected + unexpected]))}
${
  shown.length === 0
    ? undefined
    : table(
        'Changes',
        [
          { title: 'Time', cell: ({ time }) => instant(time) },
          { title: 'What', kind: 'w', cell: ({ what }) => what },
          { title: 'Who', kind: 'w', cell: ({ actor }) => actor },
        ],
        shown,
      )
}
${actors.length === 0 ? undefined : html`<p>Who changed most: ${actors.map(({ actor, changes }) => `${actor} (${count(changes)})`).join(', ')}.</p>`}`
}

const noLists = html`<p class="soft">No lists of rights were given: see --inventory.</p>`

function blastRadius(inventory: ReviewInventory | undefined): Content {
  if (inventory === undefined) return noLists
  const { known, withRights, wide, ranking } = inventory
  const most = Math.max(1, ...ranking.map(({ compromise }) => compromise))
  const reached = (compromise: number): Html => html`${bar(compromise / most, 'warn')}${count(compromise)}`
  return html`<p>${count(known)} identities, ${count(withRights)} with rights, ${count(wide)} wide.</p>
${
  ranking.length === 0
    ? undefined
    : table(
        'Blast radius',
        [
          { title: 'Identity', kind: 'w', cell: ({ identity }) => identity },
          { title: 'Reached if compromised', cell: ({ compromise }) => reached(compromise) },
          { title: 'Whole accounts or clusters', kind: 'n', cell: ({ wholeScopes }) => count(wholeScopes) },
          { title: 'Granted', kind: 'n', cell: ({ granted }) => count(granted) },
          { title: 'Used', kind: 'n', cell: ({ used }) => count(used) },
          { title: 'Unused', kind: 'n', cell: ({ unused }) => count(unused) },
        ],
        ranking,
      )
}`
}

function cleanUp({ findings, unused }: ReviewInventory): Content {
  const most = Math.max(1, ...findings.map(({ count: found }) => found))
  const lines = unused.map(({ identity, message }) => html`<li>${identity}: ${message}</li>`)
  if (findings.length === 0) return html`<p>Nothing to clean up.</p>`
  return html`${table(
    'To clean up',
    [
      { title: 'To clean up', cell: ({ kind }) => kind },
      {
        title: 'Identities',
        cell: ({ count: found }) => html`${bar(found / most, 'warn')}${count(found)}`,
      },
    ],
    findings,
  )}${lines.length === 0 ? undefined : html`<ul>${lines}</ul>`}`
}

function unused({ inventory, quiet }: Review): Content {
  return html`<p>In the records before the review and not in it: ${count(quiet.total)}.</p>
${
  quiet.shown.length === 0
    ? undefined
    : table(
        'Identities that were not seen in the review',
        [
          { title: 'Identity', kind: 'w', cell: ({ identity }) => identity },
          { title: 'Application', kind: 'w', cell: ({ app }) => app },
          { title: 'Last seen', cell: ({ lastSeen }) => instant(lastSeen) },
        ],
        quiet.shown,
      )
}${inventory === undefined ? noLists : cleanUp(inventory)}`
}

function fallbacks({ fallback: { isCounted, culprits } }: Review, steps: readonly TrendStep[]): Content {
  if (!isCounted)
    return html`<p class="soft">No objective counts them: see the indicator secret-fallback.</p>`
  const series: readonly Series[] = [
    { name: 'with a static secret', tone: 'bad' },
    { name: 'with the identity', tone: 'plain' },
  ]
  const parts = ({ fallbacks: bad, authentications: all }: TrendStep) =>
    bad === undefined || all === undefined ? undefined : [bad, all - bad]
  return html`<p>Authentications of workloads that have a managed identity.${culprits.length === 0 ? '' : ` Most fallbacks by ${culprits.join(', ')}.`}</p>
${chart('Fallbacks to static secrets', series, steps, parts)}`
}

function sources({ sources: all }: Review): Content {
  if (all.length === 0) return html`<p>No source was read.</p>`
  return table(
    'Sources',
    [
      { title: 'Source', cell: ({ id }) => id },
      { title: 'Accepted', kind: 'n', cell: ({ accepted }) => count(accepted) },
      { title: 'Repeated', kind: 'n', cell: ({ duplicate }) => count(duplicate) },
      { title: 'Rejected', kind: 'n', cell: ({ rejected }) => count(rejected) },
      { title: 'Newest event', cell: ({ newestEvent }) => instant(newestEvent) },
    ],
    all,
  )
}

export function reviewHtml(review: Review): string {
  const steps = trendOf(review)
  const title = `Review from ${instant(review.from)} to ${instant(review.to)}`
  const perStep = review.step === '1d' ? 'by UTC day' : 'by UTC hour'
  return html`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; img-src data:">
<title>${title}</title><link rel="icon" href="data:,"><style>${new Html(stylesheet)}</style></head>
<body><main><h1>${title}</h1>
<ul>${notesOf(review).map((note) => html`<li>${note}</li>`)}</ul>
<h2>Budgets</h2>
${budgets(review)}
<h3>Bad events of all objectives, ${perStep}</h3>
${chart('Bad events of all objectives', [{ name: 'bad', tone: 'bad' }], steps, ({ bad }) => (bad === undefined ? undefined : [bad]))}
<h2>Incidents</h2>
${incidents(review, steps)}
<h2>Drift</h2>
${drift(review, steps)}
<h2>Blast radius</h2>
${blastRadius(review.inventory)}
<h2>Unused identities</h2>
${unused(review)}
<h2>Fallbacks to secrets</h2>
${fallbacks(review, steps)}
<h2>Sources</h2>
${sources(review)}
</main></body></html>
`.text
}
