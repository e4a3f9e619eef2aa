/** Puts the last run into docs/alert-quality.md, between its marks. */
import { readFileSync, writeFileSync } from 'node:fs'
import { code, table } from '../../src/outputs/markdown-table.ts'
import type { NamedScenario } from './scenarios.ts'

const page = new URL('../../docs/alert-quality.md', import.meta.url).pathname

function replaced(text: string, mark: string, content: string): string {
  const [begin, end] = [`<!-- ${mark} -->`, `<!-- end of ${mark} -->`]
  const [from, to] = [text.indexOf(begin), text.indexOf(end)]
  if (from < 0 || to < from) throw new Error(`${page} has no ${begin} … ${end}`)
  return `${text.slice(0, from)}${begin}\n\n${content.trimEnd()}\n\n${text.slice(to)}`
}

/** `result`: the tables, as printed. */
export function writePage(scenarios: readonly NamedScenario[], result: string): void {
  const list = table(
    ['Scenario', 'What happens'],
    scenarios.map(({ name, scenario }) => [code(name), scenario.title]),
  )
  const text = readFileSync(page, 'utf8')
  writeFileSync(
    page,
    replaced(replaced(text, 'scenarios', list), 'result', `\`\`\`text\n${result.trimEnd()}\n\`\`\``),
  )
}
