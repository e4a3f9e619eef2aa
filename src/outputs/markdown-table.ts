/** Tables in generated Markdown pages. */

/** A cell of a table: `|` would end it. */
function cell(text: string): string {
  return text.replaceAll('|', '\\|')
}

export const code = (text: string) => `\`${text}\``

export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.map(cell).join(' | ')} |`
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n')
}
