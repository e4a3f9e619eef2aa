/** What people see in a terminal: aligned tables, a progress line, colour only where it is wanted. */

export type OutputFormat = 'table' | 'json' | 'ndjson'
export const outputFormats: readonly OutputFormat[] = ['table', 'json', 'ndjson']

/** Standard streams and settings of one invocation; tests pass their own. */
export interface Terminal {
  readonly out: (text: string) => void
  readonly err: (text: string) => void
  readonly isTty: boolean
  readonly colours: boolean
}

export type Align = 'left' | 'right'

const codes = { red: 31, yellow: 33 } as const

/** Text that stands out where colours are wanted. */
export interface Coloured {
  readonly text: string
  readonly colour: keyof typeof codes
}

export type Cell = string | Coloured

/** Names come from the logs: without this, one could move the cursor, recolour the screen or break the table. */
export function printable(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is taken out.
  return text.replaceAll(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]/g, ' ')
}

function textOf(cell: Cell): string {
  return printable(typeof cell === 'string' ? cell : cell.text)
}

function painted(cell: Cell, text: string): string {
  return typeof cell === 'string' ? text : `\u001b[${codes[cell.colour]}m${text}\u001b[0m`
}

/** Rows under a header, columns as wide as their widest cell, two spaces between. */
export function renderTable(
  header: readonly string[],
  rows: readonly (readonly Cell[])[],
  align: readonly Align[] = [],
  colours = false,
): string {
  const cells = [header, ...rows].map((row) => header.map((_, i) => row[i] ?? ''))
  const widths = header.map((_, i) => Math.max(...cells.map((row) => textOf(row[i] ?? '').length)))
  const line = (row: readonly Cell[]): string =>
    row
      .map((cell, i) => {
        const isLast = i === header.length - 1
        const text = textOf(cell)
        const width = widths[i] ?? 0
        const placed = align[i] === 'right' ? text.padStart(width) : isLast ? text : text.padEnd(width)
        return colours ? painted(cell, placed) : placed
      })
      .join('  ')
      .trimEnd()
  return `${cells.map(line).join('\n')}\n`
}

export function formatCount(count: number): string {
  return Math.round(count)
    .toString()
    .replace(/\B(?=(\d{3})+$)/g, ',')
}

/** 0.99951 as `99.951 %`: up to four decimals, no rounding up to 100. 0.29 is 29, not what binary makes of it. */
export function formatPercent(ratio: number): string {
  const percent = Math.floor(ratio * 1e6 + 1e-7) / 1e4
  return `${percent} %`
}

/** 14.4 as `14.4`, 0.01234 as `0.012`. */
export function formatRate(rate: number): string {
  if (rate === 0) return '0'
  return rate >= 100 ? rate.toFixed(0) : Number(rate.toPrecision(3)).toString()
}

export function formatTime(instant: number): string {
  return new Date(instant).toISOString().replace('.000Z', 'Z')
}
