/** Parts of reports in Markdown. Names come from logs: none of them may become markup. */
import { table as plainTable } from '../markdown-table.ts'

/** One line that reads as it is written. */
export function text(written: string): string {
  return (
    written
      // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is taken out.
      .replaceAll(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]/g, ' ')
      .replaceAll(/[\\`*<>[\]]/g, '\\$&')
  )
}

export function heading(level: number, title: string): string {
  return `${'#'.repeat(level)} ${text(title)}\n`
}

/** Nothing without items. */
export function list(items: readonly string[]): string {
  return items.length === 0 ? '' : `${items.map((item) => `- ${item}`).join('\n')}\n`
}

/** A sentence in place of a table without rows. */
export function tableOr(head: readonly string[], rows: readonly (readonly string[])[], none: string): string {
  return rows.length === 0 ? `${none}\n` : `${plainTable(head, rows)}\n`
}

/** The first of them, and how many more there are. */
export function shown(names: readonly string[], limit = 10): string {
  const rest = names.length - limit
  return names.slice(0, limit).map(text).join(', ') + (rest > 0 ? ` and ${rest} more` : '')
}
