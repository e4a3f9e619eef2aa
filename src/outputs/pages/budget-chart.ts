/** What was left of the budget over the window, as a drawing that needs no script. */
import type { ObjectiveView } from '../status-views.ts'
import { type Content, type Html, html } from './html.ts'
import { instant, percent } from './numbers.ts'

type Course = readonly Readonly<ObjectiveView['course'][number]>[]

const box = { width: 720, height: 220, left: 56, right: 12, top: 12, bottom: 28 }
const steps = [0.25, 0.5, 1, 2, 2.5, 5, 10]
/** Labels nearer to each other run into each other, pixels. */
const labelHeight = 14

/** To a tenth of a pixel. */
function pixel(value: number): number {
  return Math.round(value * 10) / 10
}

export function budgetChart(course: Course): Content {
  const drawn = budgetDrawing(course)
  return (
    drawn &&
    html`<h2>Budget over the window</h2>
${drawn}`
  )
}

/** Without a heading. Nothing without a course. */
export function budgetDrawing(course: Course): Html | undefined {
  const first = course[0]
  const last = course.at(-1)
  if (first === undefined || last === undefined || course.length < 2) return undefined
  const lowest = Math.min(0, ...course.map((point) => point.errorBudgetRemaining))
  const step = stepFor((1 - lowest) / 4)
  const floor = Math.floor(lowest / step) * step
  const innerWidth = box.width - box.left - box.right
  const innerHeight = box.height - box.top - box.bottom
  const x = (i: number): number => pixel(box.left + (i / (course.length - 1)) * innerWidth)
  const y = (left: number): number => pixel(box.top + ((1 - left) / (1 - floor)) * innerHeight)
  const points = course.map((point, i) => `${x(i)},${y(point.errorBudgetRemaining)}`).join(' ')
  const multiples = Array.from({ length: Math.floor((1 - floor) / step) + 1 }, (_, i) => floor + i * step)
  const isApart = !multiples.includes(1) && y(multiples.at(-1) ?? 0) - y(1) >= labelHeight
  const grid = [...multiples, ...(isApart ? [1] : [])].map((left) => line(left, y))
  const title = `Budget left from ${instant(first.time)} to ${instant(last.time)}: ${percent(last.errorBudgetRemaining, 2)} at the end, ${percent(lowestOf(course), 2)} at the lowest`
  return html`<div class="scroll" tabindex="0" role="region" aria-label="Budget over the window"><svg class="chart" viewBox="0 0 ${box.width} ${box.height}" role="img" aria-label="${title}">${grid}
<line class="zero" x1="${box.left}" x2="${box.width - box.right}" y1="${y(0)}" y2="${y(0)}"/>
<polyline class="course" points="${points}"/>
<text x="${box.left}" y="${box.height - 8}">${instant(first.time).slice(0, 16)}</text>
<text x="${box.width - box.right}" y="${box.height - 8}" text-anchor="end">${instant(last.time).slice(0, 16)}</text></svg></div>`
}

/** The smallest step that reads well and is not below `least`. */
function stepFor(least: number): number {
  const scale = 10 ** Math.max(0, Math.floor(Math.log10(least)))
  return (steps.find((step) => step * scale >= least) ?? 10) * scale
}

function lowestOf(course: Course): number {
  return Math.min(...course.map((point) => point.errorBudgetRemaining))
}

function line(left: number, y: (left: number) => number): Html {
  return html`<line class="grid" x1="${box.left}" x2="${box.width - box.right}" y1="${y(left)}" y2="${y(left)}"/><text x="${box.left - 6}" y="${y(left) + 4}" text-anchor="end">${percent(left, 0)}</text>`
}
