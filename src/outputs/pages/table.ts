/** Tables, bars, tiles and paging of the pages. */
import { type Content, type Html, html } from './html.ts'
import { count } from './numbers.ts'

/** `n`: a number; `w`: a text that may wrap. */
export type ColumnKind = '' | 'n' | 'w'
export type Tone = 'ok' | 'warn' | 'bad'

export interface Column<Row> {
  readonly title: string
  readonly kind?: ColumnKind
  readonly cell: (row: Row) => Content
  readonly tone?: (row: Row) => Tone | undefined
}

/** The first column names the row. */
export function table<Row>(name: string, columns: readonly Column<Row>[], rows: readonly Row[]): Html {
  const head = columns.map(({ title, kind = '' }) => html`<th scope="col" class="${kind}">${title}</th>`)
  const body = rows.map((row) => html`<tr>${columns.map((column, i) => cell(column, row, i === 0))}</tr>`)
  return html`<div class="scroll" tabindex="0" role="region" aria-label="${name}"><table><thead><tr>${head}</tr></thead><tbody>${body}</tbody></table></div>`
}

function cell<Row>({ kind = '', cell: of, tone }: Column<Row>, row: Row, isFirst: boolean): Html {
  const classes = `${kind} ${tone?.(row) ?? ''}`.trim()
  return isFirst
    ? html`<th scope="row" class="${classes}">${of(row)}</th>`
    : html`<td class="${classes}">${of(row)}</td>`
}

/** A share of 0 to 1 as a bar; the number stands beside it, so that it says nothing to a screen reader. */
export function bar(share: number, tone: Tone): Html {
  const width = Math.round(Math.min(1, Math.max(0, share)) * 1000) / 10
  return html`<svg class="bar" viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true"><rect width="100" height="10"/><rect class="${tone}" width="${width}" height="10"/></svg>`
}

export function tiles(facts: readonly (readonly [name: string, value: Content, tone?: Tone | ''])[]): Html {
  return html`<dl class="tiles">${facts.map(
    ([name, value, tone = '']) => html`<div><dt>${name}</dt><dd class="${tone}">${value}</dd></div>`,
  )}</dl>`
}

export interface Paged {
  readonly total: number
  /** From 1. */
  readonly page: number
  readonly pageSize: number
}

/** Where the reader is in a long list, and the way on. */
export function paging(path: string, q: string, { total, page, pageSize }: Paged): Html | undefined {
  const pages = Math.max(1, Math.ceil(total / pageSize))
  if (pages === 1 && page === 1) return undefined
  const link = (to: number, text: string): Html => {
    const query = new URLSearchParams(q === '' ? { page: `${to}` } : { q, page: `${to}` })
    return html` <a href="${`${path}?${query}`}">${text}</a>`
  }
  const before = page > 1 ? link(Math.min(page - 1, pages), 'Previous') : undefined
  const after = page < pages ? link(page + 1, 'Next') : undefined
  return html`<nav aria-label="pages"><span class="soft">Page ${count(page)} of ${count(pages)}, ${count(total)} in all</span>${before}${after}</nav>`
}

export function search(path: string, what: string, q: string): Html {
  return html`<form action="${path}" role="search"><label for="q">${what}</label><input id="q" name="q" type="search" value="${q}"><button>Search</button></form>`
}
