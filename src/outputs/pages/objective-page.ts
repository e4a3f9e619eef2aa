/** One objective: its window, how fast each alert window burns, who burned the budget, what is left out. */
import type { ContributorView, ObjectiveView } from '../status-views.ts'
import { budgetChart } from './budget-chart.ts'
import { type Content, html, pathTo } from './html.ts'
import { type Frame, layout } from './layout.ts'
import { count, duration, instant, percent, rate } from './numbers.ts'
import { budgetTone, sli, stateNames, stateTone } from './objective-cells.ts'
import { bar, table, tiles } from './table.ts'

function numbers(objective: ObjectiveView): Content {
  const { hasData, errorBudgetRemaining: left, target, good, bad, excluded } = objective
  return tiles([
    ['state', stateNames[objective.state], stateTone(objective) ?? ''],
    ['budget left', hasData ? percent(left, 2) : '–', hasData && left < 0.25 ? budgetTone(left) : ''],
    [`SLI over ${objective.window}`, sli(objective)],
    ['target', percent(target)],
    ['good', count(good)],
    ['bad', count(bad)],
    ['excluded', count(excluded)],
  ])
}

function burn({ burn: readings }: ObjectiveView): Content {
  return table(
    'Burn rates',
    [
      { title: 'Window', cell: ({ window }) => window },
      { title: 'Burn rate', kind: 'n', cell: (reading) => rate(reading.rate) },
      { title: 'Error ratio', kind: 'n', cell: ({ errorRatio }) => percent(errorRatio) },
      { title: 'Good', kind: 'n', cell: ({ good }) => count(good) },
      { title: 'Bad', kind: 'n', cell: ({ bad }) => count(bad) },
    ],
    readings,
  )
}

/** A window with its burn rate now; the tiers that count events have none. */
function burning(window: string | undefined, now: number | undefined): string {
  if (window === undefined) return ''
  return now === undefined ? window : `${window}: ${rate(now)}`
}

function definition({ definition: text, definedAt }: ObjectiveView): Content {
  if (text === undefined) return html`<p>It stands in no file.</p>`
  return html`<p class="soft">OpenSLO, as it was read from <code>${definedAt}</code></p><pre tabindex="0"><code>${text}</code></pre>`
}

function alerts(objective: ObjectiveView): Content {
  return table(
    'Alerts',
    [
      { title: 'Alert', cell: ({ id }) => id },
      {
        title: 'State',
        cell: ({ firing, heldBack }) => (firing ? 'fires' : heldBack ? 'held back' : 'quiet'),
        tone: ({ firing, severity }) => (firing ? (severity === 'page' ? 'bad' : 'warn') : 'ok'),
      },
      { title: 'Severity', cell: ({ severity }) => severity },
      { title: 'Fires above', kind: 'n', cell: ({ factor }) => rate(factor) },
      { title: 'Long window', kind: 'n', cell: (alert) => burning(alert.longWindow, alert.longBurnRate) },
      { title: 'Short window', kind: 'n', cell: (alert) => burning(alert.shortWindow, alert.shortBurnRate) },
    ],
    objective.alerts,
  )
}

function contributorTable(dimension: string, rows: readonly ContributorView[], bad: number): Content {
  if (rows.length === 0) return undefined
  return table(
    `By ${dimension}`,
    [
      {
        title: `By ${dimension}`,
        kind: 'w',
        cell: ({ key, name }) =>
          dimension === 'identity' ? html`<a href="${pathTo('/identities', key)}">${name ?? key}</a>` : key,
      },
      { title: 'Bad', kind: 'n', cell: (row) => count(row.bad) },
      {
        title: 'Share of the largest',
        cell: (row) => bar(row.bad / bad, 'bad'),
      },
    ],
    rows,
  )
}

function culprits({ contributors }: ObjectiveView): Content {
  const tables = Object.entries(contributors).map(([dimension, rows]) =>
    contributorTable(dimension, rows, rows[0]?.bad ?? 1),
  )
  return tables.every((each) => each === undefined)
    ? html`<p>Nobody: nothing bad is in the window.</p>`
    : tables
}

function exclusions({ exclusions: rows, beforeExclusions: before }: ObjectiveView): Content {
  if (rows.length === 0) return html`<p>Nothing is left out.</p>`
  return [
    before &&
      html`<p>${duration(before.leftOutSeconds)} of the window are left out. With them: SLI ${percent(before.value)}, budget left ${percent(before.errorBudgetRemaining, 2)}, ${count(before.bad)} bad.</p>`,
    table(
      'Exclusions',
      [
        { title: 'Exclusion', cell: ({ name }) => name },
        { title: 'State', cell: ({ active }) => (active ? 'under way' : 'not now') },
        { title: 'Reason', kind: 'w', cell: ({ reason }) => reason },
        { title: 'Defined at', cell: ({ definedAt }) => html`<code>${definedAt}</code>` },
      ],
      rows,
    ),
  ]
}

export function objectivePage(frame: Frame, objective: ObjectiveView): string {
  const { id, service, name, displayName, description, owner, severityClass, indicator, from, to } = objective
  const window = objective.hasData
    ? html`Window ${instant(from)} to ${instant(to)}.`
    : html`No event has counted yet: numbers mean nothing until one has.`
  const main = html`<h1>${service} / ${name}</h1>
<p>${displayName === name ? undefined : html`${displayName}. `}${description}</p>
<p class="soft">Indicator ${indicator} · owner ${owner === '' ? 'nobody' : owner} · ${severityClass} · defined at <code>${objective.definedAt}</code> · <a href="${pathTo('/api/v1/objectives', id)}">as JSON</a></p>
<p class="soft">${window}</p>
${numbers(objective)}
${budgetChart(objective.course)}
<h2>Alerts</h2>${alerts(objective)}
<h2>Burn rates</h2>${burn(objective)}
<h2>Who burned the budget</h2>${culprits(objective)}
<h2>Left out</h2>${exclusions(objective)}
<h2>Definition</h2>${definition(objective)}`
  return layout(frame, { title: `${service} / ${name}`, section: '/', main })
}
