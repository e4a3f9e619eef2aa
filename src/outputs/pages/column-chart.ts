/** Counts over time as stacked columns: a drawing that needs no script. */
import { type Html, html } from './html.ts'
import { count } from './numbers.ts'

export interface Column {
  /** What stands below it, and is read out with its counts. */
  readonly label: string
  /** From the bottom up; undefined where it is not known. */
  readonly parts: readonly number[] | undefined
}

export interface Series {
  readonly name: string
  readonly tone: 'plain' | 'ok' | 'warn' | 'bad'
}

const box = { width: 720, height: 180, left: 56, right: 12, top: 24, bottom: 28 }
const maxLabels = 8

function pixel(value: number): number {
  return Math.round(value * 10) / 10
}

function told({ label, parts }: Column, series: readonly Series[]): string {
  const said = parts?.map((part, i) => `${count(part)} ${series[i]?.name ?? ''}`).join(', ')
  return `${label}: ${said ?? 'not known'}`
}

function sum(parts: readonly number[] = []): number {
  return parts.reduce((total, part) => total + part, 0)
}

function drawn(
  column: Column,
  i: number,
  all: readonly Column[],
  most: number,
  series: readonly Series[],
): Html {
  const slot = (box.width - box.left - box.right) / all.length
  const height = box.height - box.top - box.bottom
  const x = pixel(box.left + i * slot + slot * 0.15)
  let top = box.height - box.bottom
  const parts = (column.parts ?? []).map((part, n) => {
    const high = pixel((part / most) * height)
    top = pixel(top - high)
    return html`<rect class="${series[n]?.tone ?? 'plain'}" x="${x}" y="${top}" width="${pixel(slot * 0.7)}" height="${high}"/>`
  })
  const isLabelled = i % Math.ceil(all.length / maxLabels) === 0
  const label = isLabelled
    ? html`<text x="${pixel(box.left + (i + 0.5) * slot)}" y="${box.height - 8}" text-anchor="middle">${column.label}</text>`
    : undefined
  return html`<g><title>${told(column, series)}</title>${parts}${label}</g>`
}

/** `name` is what a screen reader says of it. */
export function columnChart(name: string, series: readonly Series[], columns: readonly Column[]): Html {
  const most = Math.max(...columns.map(({ parts }) => sum(parts)), 0) || 1
  const bottom = box.height - box.bottom
  const legend = series.map(
    ({ name: title, tone }, i) =>
      html`<rect class="${tone}" x="${box.left + i * 160}" y="2" width="10" height="10"/><text x="${box.left + i * 160 + 16}" y="11">${title}</text>`,
  )
  return html`<div class="scroll" tabindex="0" role="region" aria-label="${name}"><svg class="chart" viewBox="0 0 ${box.width} ${box.height}" role="img" aria-label="${name}">${legend}
<line class="grid" x1="${box.left}" x2="${box.width - box.right}" y1="${box.top}" y2="${box.top}"/><text x="${box.left - 6}" y="${box.top + 4}" text-anchor="end">${count(most)}</text>
<line class="grid" x1="${box.left}" x2="${box.width - box.right}" y1="${bottom}" y2="${bottom}"/><text x="${box.left - 6}" y="${bottom + 4}" text-anchor="end">0</text>
${columns.map((column, i, all) => drawn(column, i, all, most, series))}</svg></div>`
}
