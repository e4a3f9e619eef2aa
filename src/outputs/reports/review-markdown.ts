/** A weekly or monthly review as Markdown; its charts are bars of blocks. */
import { count, duration, instant, percent } from '../pages/numbers.ts'
import { heading, list, shown, tableOr, text } from './markdown.ts'
import type { Review, ReviewInventory } from './review.ts'
import { notesOf } from './review-notes.ts'
import { trendOf } from './review-trend.ts'

const width = 10

/** `share` 0 to 1; what is there at all has a block. */
function blocks(share: number): string {
  const full = Math.min(width, Math.max(share > 0 ? 1 : 0, Math.round(share * width)))
  return '█'.repeat(full) + '░'.repeat(width - full)
}

function budgets({ objectives }: Review): string {
  const rows = objectives.map((objective) => [
    text(objective.id),
    `${percent(objective.target)} over ${objective.window}`,
    objective.good + objective.bad === 0 ? 'no data' : percent(objective.value),
    count(objective.bad),
    percent(objective.budgetSpent, 1),
    objective.hasData
      ? `${blocks(objective.budgetRemaining)} ${percent(objective.budgetRemaining, 1)}`
      : 'no data',
    shown(objective.culprits, 3),
  ])
  const head = ['objective', 'promise', 'kept', 'bad', 'budget spent', 'budget left', 'who burned most']
  return tableOr(head, rows, 'No objective is defined.')
}

function incidents({ incidents: all }: Review): string {
  const rows = all.map((incident) => [
    instant(incident.detectedAt),
    text(incident.title),
    incident.severity,
    incident.state,
    incident.timeToDetectSeconds === undefined ? 'not known' : duration(incident.timeToDetectSeconds),
    incident.timeToRestoreSeconds === undefined ? 'not known' : duration(incident.timeToRestoreSeconds),
    shown(incident.services, 5),
    count(incident.bad),
  ])
  const head = ['detected', 'what', 'severity', 'state', 'to detect', 'to restore', 'services', 'bad']
  return tableOr(head, rows, 'No alert fired.')
}

function trend(review: Review): string {
  const steps = trendOf(review)
  const most = Math.max(1, ...steps.map(({ bad = 0 }) => bad))
  const rows = steps.map((step) => [
    step.label,
    step.bad === undefined ? 'not known' : `${blocks(step.bad / most)} ${count(step.bad)}`,
    count(step.pages),
    count(step.tickets),
    count(step.expected + step.unexpected),
    count(step.unexpected),
    step.authentications === undefined || step.fallbacks === undefined
      ? '–'
      : `${count(step.fallbacks)} of ${count(step.authentications)}`,
  ])
  const head = [
    review.step === '1d' ? 'day (UTC)' : 'hour (UTC)',
    'bad, all objectives',
    'pages',
    'tickets',
    'changes of rights and identities',
    'drift',
    'fallbacks to secrets',
  ]
  return tableOr(head, rows, 'Nothing.')
}

function drift({ drift: { hasBaseline, total, shown: changes, actors } }: Review): string {
  const rows = changes.map(({ time, what, actor }) => [instant(time), text(what), text(actor)])
  const by = actors.map(({ actor, changes: made }) => `${text(actor)}: ${count(made)}`)
  const about = hasBaseline
    ? `${count(total)} changes of rights and identities. Those that neither the baseline nor their actor accounts for, newest first:\n`
    : `${count(total)} changes of rights and identities, newest first. Without \`--baseline\` none of them is drift.\n`
  return [
    about,
    tableOr(['time', 'what', 'who'], rows, 'None.'),
    by.length === 0 ? '' : `Who changed most:\n\n${list(by)}`,
  ].join('\n')
}

const noLists = 'No lists of rights were given: see `--inventory`.\n'

function blastRadius(inventory: ReviewInventory | undefined): string {
  if (inventory === undefined) return noLists
  const most = Math.max(1, ...inventory.ranking.map(({ compromise }) => compromise))
  const rows = inventory.ranking.map((each) => [
    text(each.identity),
    `${blocks(each.compromise / most)} ${count(each.compromise)}`,
    count(each.wholeScopes),
    count(each.granted),
    count(each.used),
    count(each.unused),
  ])
  const { known, withRights, wide } = inventory
  const head = [
    'identity',
    'reached if compromised',
    'whole accounts or clusters',
    'granted',
    'used',
    'unused',
  ]
  return `${count(known)} identities, ${count(withRights)} with rights, ${count(wide)} wide.\n\n${tableOr(head, rows, 'Nobody reaches anything.')}`
}

function unused({ inventory, quiet }: Review): string {
  const rows = quiet.shown.map(({ identity, app, lastSeen }) => [
    text(identity),
    text(app),
    instant(lastSeen),
  ])
  const kinds = inventory?.findings.map(({ kind, count: found }) => [kind, count(found)]) ?? []
  const lines = inventory?.unused.map(({ identity, message }) => `${text(identity)}: ${text(message)}`) ?? []
  return [
    `In the records before the review and not in it: ${count(quiet.total)}.\n`,
    rows.length === 0 ? '' : tableOr(['identity', 'application', 'last seen'], rows, ''),
    inventory === undefined ? noLists : tableOr(['to clean up', 'identities'], kinds, 'Nothing to clean up.'),
    list(lines),
  ]
    .filter((part) => part !== '')
    .join('\n')
}

function fallbacks({ fallback: { isCounted, byStep, culprits } }: Review): string {
  if (!isCounted) return 'No objective counts them: see the indicator `secret-fallback`.\n'
  const known = byStep.filter((step) => step !== undefined)
  const bad = known.reduce((sum, step) => sum + step.fallbacks, 0)
  const all = known.reduce((sum, step) => sum + step.all, 0)
  const who = culprits.length === 0 ? '' : ` Most by ${shown(culprits, 3)}.`
  return `${count(bad)} of ${count(all)} authentications of workloads that have a managed identity were with a static secret.${who} The trend is above.\n`
}

function sources({ sources: all }: Review): string {
  const rows = all.map(({ id, accepted, duplicate, rejected, newestEvent }) => [
    text(id),
    ...[accepted, duplicate, rejected].map((records) => count(records)),
    instant(newestEvent),
  ])
  return tableOr(['source', 'accepted', 'repeated', 'rejected', 'newest event'], rows, 'No source was read.')
}

export function reviewMarkdown(review: Review): string {
  return [
    heading(1, `Review from ${instant(review.from)} to ${instant(review.to)}`),
    list(notesOf(review)),
    heading(2, 'Budgets'),
    budgets(review),
    heading(2, 'Incidents'),
    incidents(review),
    heading(2, 'Trend'),
    trend(review),
    heading(2, 'Drift'),
    drift(review),
    heading(2, 'Blast radius'),
    blastRadius(review.inventory),
    heading(2, 'Unused identities'),
    unused(review),
    heading(2, 'Fallbacks to secrets'),
    fallbacks(review),
    heading(2, 'Sources'),
    sources(review),
  ].join('\n')
}
