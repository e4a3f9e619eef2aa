/** Sources as rows: in short on the first page, in full on their own. */
import type { SourceRow } from '../status-views.ts'
import { type Content, type Html, html } from './html.ts'
import { count, duration, instant } from './numbers.ts'
import { type Column, table } from './table.ts'

const source: Column<SourceRow> = { title: 'Source', cell: ({ id }) => id }
const state: Column<SourceRow> = {
  title: 'State',
  cell: ({ silent }) => (silent ? 'silent' : 'speaks'),
  tone: ({ silent }) => (silent ? 'warn' : 'ok'),
}
const lag: Column<SourceRow> = {
  title: 'Lag',
  kind: 'n',
  cell: ({ lagSeconds }) => (lagSeconds === undefined ? '–' : duration(lagSeconds)),
}
const lastEvent: Column<SourceRow> = {
  title: 'Newest event',
  kind: 'n',
  cell: (row) => instant(row.lastEvent),
}

function recordsOf(title: string, result: keyof SourceRow['records']): Column<SourceRow> {
  return { title, kind: 'n', cell: ({ records }) => count(records[result]) }
}

const rejected: Column<SourceRow> = {
  ...recordsOf('Rejected', 'rejected'),
  tone: ({ records }) => (records.rejected > 0 ? 'bad' : undefined),
}

export function sourceSummary(rows: readonly SourceRow[]): Html {
  return table('Sources', [source, state, recordsOf('Accepted', 'accepted'), rejected, lag, lastEvent], rows)
}

export function freshnessTable(rows: readonly SourceRow[]): Html {
  const times: readonly Column<SourceRow>[] = [
    { title: 'Complete up to', kind: 'n', cell: ({ watermark }) => instant(watermark) },
    lastEvent,
    { title: 'Last record read', kind: 'n', cell: ({ lastRecord }) => instant(lastRecord) },
    lag,
  ]
  return table('Freshness', [source, state, ...times], rows)
}

export function recordTable(rows: readonly SourceRow[]): Html {
  const results = [
    recordsOf('Accepted', 'accepted'),
    recordsOf('Duplicate', 'duplicate'),
    recordsOf('Late', 'late'),
    rejected,
    recordsOf('Not relevant', 'irrelevant'),
  ]
  return table('Records by source', [source, ...results], rows)
}

interface RejectionRow {
  readonly id: string
  readonly reason: string
  readonly records: number
}

export function rejectionTable(rows: readonly SourceRow[]): Content {
  const all = rows.flatMap(({ id, rejections }) =>
    Object.entries(rejections).map(([reason, records]): RejectionRow => ({ id, reason, records })),
  )
  if (all.length === 0) return html`<p>Every record gave an event.</p>`
  const columns: readonly Column<RejectionRow>[] = [
    { title: 'Source', cell: ({ id }) => id },
    { title: 'Reason', cell: ({ reason }) => html`<code>${reason}</code>` },
    { title: 'Records', kind: 'n', cell: ({ records }) => count(records) },
  ]
  return table('Records without an event', columns, all)
}

/** What the newest of them were; undefined where none was rejected since the start. */
export function sampleTable(rows: readonly SourceRow[]): Content {
  const all = rows.flatMap(({ id, samples }) => samples.map((sample) => ({ id, ...sample })))
  if (all.length === 0) return undefined
  return table(
    'Samples of rejected records',
    [
      { title: 'Source', cell: ({ id }) => id },
      { title: 'Reason', cell: ({ reason }) => html`<code>${reason}</code>` },
      { title: 'What is wrong', kind: 'w', cell: ({ message }) => message },
      { title: 'Where', kind: 'w', cell: ({ transport, lane }) => place(transport, lane) },
      { title: 'At byte', kind: 'n', cell: ({ position }) => count(position) },
      { title: 'Read', kind: 'n', cell: ({ readAt }) => instant(readAt) },
    ],
    all.slice(0, maxSamples),
  )
}

/** All are in the JSON. */
const maxSamples = 100

function place(transport: string, lane: string): string {
  return transport === lane ? transport : `${transport} ${lane}`
}
