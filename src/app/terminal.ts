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

/** Rows under a header, columns as wide as their widest cell, two spaces between. */
export function renderTable(
  header: readonly string[],
  rows: readonly (readonly string[])[],
  align: readonly Align[] = [],
): string {
  const widths = header.map((title, i) => Math.max(title.length, ...rows.map((row) => (row[i] ?? '').length)))
  const line = (cells: readonly string[]): string =>
    cells
      .map((cell, i) => (align[i] === 'right' ? cell.padStart(widths[i] ?? 0) : cell.padEnd(widths[i] ?? 0)))
      .join('  ')
      .trimEnd()
  return `${[line(header), ...rows.map(line)].join('\n')}\n`
}

const codes = { red: 31, green: 32, yellow: 33, dim: 2, bold: 1 } as const

export function paint(terminal: Terminal, colour: keyof typeof codes, text: string): string {
  return terminal.colours ? `\u001b[${codes[colour]}m${text}\u001b[0m` : text
}

export function formatCount(count: number): string {
  return Math.round(count)
    .toString()
    .replace(/\B(?=(\d{3})+$)/g, ',')
}

/** 0.99951 as `99.951 %`: up to four decimals, no rounding up to 100. */
export function formatPercent(ratio: number): string {
  const percent = Math.floor(ratio * 1e6) / 1e4
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
