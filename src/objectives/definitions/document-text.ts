/** The text of one document among those of a file. */

/** Longer ones are cut: pages show it. */
const maxLength = 20_000

/** Documents end at `---` at the beginning of a line, wherever it stands. `line` is 1-based. */
export function documentAround(text: string, line: number): string {
  const lines = text.split('\n')
  const isBreak = (each: string): boolean => /^---(\s|$)/.test(each)
  let first = line - 1
  while (first > 0 && !isBreak(lines[first - 1] ?? '')) first--
  let end = line - 1
  while (end < lines.length && !isBreak(lines[end] ?? '')) end++
  const document = lines.slice(first, end).join('\n').trimEnd()
  return document.length > maxLength ? `${document.slice(0, maxLength)}\n…` : document
}
