/** docs/sources.md: what each source can honestly tell, and how to get at it. */
import { indicatorIds } from '../indicators/indicator.ts'
import { code, table } from './markdown-table.ts'
import { generatedNotice } from './rule-file.ts'

/** The columns, in the order of `indicatorIds`. */
const columns = ['M1', 'M2', 'M3', 'M4', 'M5', 'M6', 'M7', 'M8', 'M9', 'M10'] as const

type Column = (typeof columns)[number]
type Tells = 'yes' | 'partly' | 'no'

/** A connector, as far as the page speaks of it. */
export interface Source {
  readonly id: string
  readonly title: string
  readonly coverage?:
    | {
        readonly switchOn: string
        readonly delivery: string
        readonly delay: string
        readonly permissions: string
        readonly tells: Readonly<Record<Column, Tells>>
        readonly notes?: string
      }
    | undefined
}

const marks: Readonly<Record<Tells, string>> = { yes: 'Y', partly: 'partly', no: 'no' }

const introduction = `What each log can honestly tell, whatever reads it. **Y**: the records suffice. **partly**: with a gap, which the section of
the source names. **no**: nothing in the log says it, and no number is made up. A log that shows successes only, or failures only,
is a setting of its issuer and not 100 % or 0 %: the objective has to wait until both are there.`

/** Table cells and list items are one line each. */
function line(text: string): string {
  return text.replaceAll(/\s+/g, ' ').trim()
}

function readme(id: string): string {
  return `../src/connectors/${id}/README.md`
}

function overview(sources: readonly Source[]): string {
  const rows = sources.flatMap(({ id, coverage }) =>
    coverage === undefined
      ? []
      : [[`[${code(id)}](#${id})`, ...columns.map((column) => marks[coverage.tells[column]])]],
  )
  return table(['source', ...columns], rows)
}

function section({ id, title, coverage }: Source): string {
  if (coverage === undefined) return ''
  const facts = [
    ['Switch it on', coverage.switchOn],
    ['Delivery', coverage.delivery],
    ['Typical delay', coverage.delay],
    ['Permissions', coverage.permissions],
    ...(coverage.notes === undefined ? [] : [['Gaps', coverage.notes]]),
  ].map(([name = '', text = '']) => `- **${name}**: ${line(text)}`)
  const heading = `### ${id}\n\n${line(title)}. [What it reads and yields](${readme(id)}).`
  return `${heading}\n\n${facts.join('\n')}\n`
}

/** The whole page; the sources sorted by id. */
export function renderSourcesDoc(sources: readonly Source[]): string {
  const sorted = [...sources].sort((a, b) => (a.id < b.id ? -1 : 1))
  const legend = columns.map((column, i) => `- ${column}: ${code(indicatorIds[i] ?? '')}`).join('\n')
  const sections = sorted.map(section).filter((text) => text !== '')
  return [
    `<!-- ${generatedNotice} -->\n# Sources\n`,
    `${introduction}\n`,
    `## What each can tell\n\n${overview(sorted)}\n\n${legend}\n`,
    `## How to get at each\n\n${sections.join('\n')}`,
  ].join('\n')
}
