/** The bench's table and its totals against the goals, as text and as Markdown. */
import { renderTable } from '../../src/app/terminal.ts'
import type { FaultScore, ScenarioScore } from './score.ts'

/** A scenario as the engine did, and as the baseline did; undefined where no Prometheus could evaluate it. */
export interface Row {
  readonly engine: ScenarioScore
  readonly baseline: ScenarioScore | undefined
}

/** A total against its goal. */
export interface Verdict {
  readonly what: string
  readonly engine: string
  readonly baseline: string
  readonly goal: string
  readonly isMet: boolean
}

const minRightModes = 0.95

/** `1m 30s` */
function duration(ms: number | undefined): string {
  if (ms === undefined) return '-'
  if (!Number.isFinite(ms)) return 'never'
  const seconds = Math.round(ms / 1000)
  const [minutes, rest] = [Math.floor(seconds / 60), seconds % 60]
  return minutes === 0 ? `${rest}s` : rest === 0 ? `${minutes}m` : `${minutes}m ${rest}s`
}

function isInTime({ foundMs, goal }: FaultScore): boolean {
  return foundMs !== undefined && foundMs <= goal.withinMs
}

function said(flag: boolean | undefined, yes: string, no: string): string {
  return flag === undefined ? '-' : flag ? yes : no
}

function found({ foundMs, goal }: FaultScore): string {
  return foundMs === undefined ? (goal.kind === 'told' ? '-' : 'missed') : duration(foundMs)
}

function problemsOf({ faults, falsePages }: ScenarioScore): string {
  const problems = faults.flatMap((score) => [
    ...(score.foundMs === undefined ? ['missed'] : isInTime(score) ? [] : ['late']),
    ...(score.isModeRight === false && score.foundMs !== undefined ? ['mode'] : []),
    ...(score.isCulpritNamed === false && score.foundMs !== undefined ? ['culprit'] : []),
  ])
  return [...problems, ...(falsePages > 0 ? ['false page'] : [])].join(', ')
}

const header = [
  'scenario',
  'goal',
  'within',
  'found',
  'reset',
  'false',
  'again',
  'mode',
  'culprit',
  '| found',
  'reset',
  'false',
  'again',
  'wrong',
]

function cells({ engine, baseline }: Row, index: number): readonly string[] {
  const score = engine.faults[index]
  const base = baseline?.faults[index]
  const isFirst = index === 0
  const counts = (of: ScenarioScore | undefined): readonly string[] =>
    isFirst && of !== undefined ? [String(of.falsePages), String(of.repeats)] : ['', '']
  return [
    isFirst ? engine.name : '',
    score?.goal.kind ?? 'quiet',
    score === undefined || score.goal.kind === 'told' ? '-' : duration(score.goal.withinMs),
    score ? found(score) : '-',
    duration(score?.resetMs),
    ...counts(engine),
    score ? `${score.mode ?? 'none'}${said(score.isModeRight, '', ' !')}` : '-',
    score ? said(score.isCulpritNamed, 'yes', 'no') : '-',
    `| ${base ? found(base) : '-'}`,
    duration(base?.resetMs),
    ...counts(baseline),
    isFirst ? problemsOf(engine) : '',
  ]
}

function rowsOf(rows: readonly Row[]): readonly (readonly string[])[] {
  return rows.flatMap((row) =>
    Array.from({ length: Math.max(1, row.engine.faults.length) }, (_, index) => cells(row, index)),
  )
}

function share(all: readonly FaultScore[], holds: (score: FaultScore) => boolean | undefined): string {
  return `${all.filter((score) => holds(score) === true).length} of ${all.length}`
}

export function verdictsOf(rows: readonly Row[]): readonly Verdict[] {
  const engine = rows.flatMap((row) => row.engine.faults)
  const hasBaseline = rows.some(({ baseline }) => baseline !== undefined)
  const base = rows.flatMap((row) => row.baseline?.faults ?? [])
  const pagedOf = (all: readonly FaultScore[]): readonly FaultScore[] =>
    all.filter(({ fault }) => fault.pages)
  const isFound = ({ foundMs }: FaultScore): boolean => foundMs !== undefined
  const sum = (of: (row: Row) => number | undefined): number =>
    rows.reduce((total, row) => total + (of(row) ?? 0), 0)
  const shown = (text: string | number): string => (hasBaseline ? String(text) : '-')
  const falsePages = sum((row) => row.engine.falsePages)
  const right = engine.filter(({ isModeRight }) => isModeRight === true).length
  return [
    {
      what: 'faults found',
      engine: share(engine, isFound),
      baseline: shown(share(pagedOf(base), isFound)),
      goal: 'all',
      isMet: engine.every(isFound),
    },
    {
      what: 'pages in time',
      engine: share(pagedOf(engine), isInTime),
      baseline: shown(share(pagedOf(base), isInTime)),
      goal: 'all',
      isMet: pagedOf(engine).every(isInTime),
    },
    {
      what: 'false pages',
      engine: String(falsePages),
      baseline: shown(sum((row) => row.baseline?.falsePages)),
      goal: '0',
      isMet: falsePages === 0,
    },
    {
      what: 'right mode first',
      engine: share(engine, ({ isModeRight }) => isModeRight),
      baseline: '-',
      goal: '95 %',
      isMet: right >= minRightModes * engine.length,
    },
    {
      what: 'culprit among three',
      engine: share(engine, ({ isCulpritNamed }) => isCulpritNamed),
      baseline: '-',
      goal: 'all',
      isMet: engine.every(({ isCulpritNamed }) => isCulpritNamed === true),
    },
    {
      what: 'paged again',
      engine: String(sum((row) => row.engine.repeats)),
      baseline: shown(sum((row) => row.baseline?.repeats)),
      goal: '0',
      isMet: sum((row) => row.engine.repeats) === 0,
    },
  ]
}

export function resultTable(rows: readonly Row[]): string {
  const right = 'right' as const
  const left = 'left' as const
  const align = [left, left, right, right, right, right, right, left, left, right, right, right, right, left]
  return renderTable(header, rowsOf(rows), align)
}

export function verdictTable(verdicts: readonly Verdict[]): string {
  return renderTable(
    ['total', 'engine', 'baseline', 'goal', ''],
    verdicts.map(({ what, engine, baseline, goal, isMet }) => [
      what,
      engine,
      baseline,
      goal,
      isMet ? 'met' : 'MISSED',
    ]),
    ['left', 'right', 'right', 'right', 'left'],
  )
}
