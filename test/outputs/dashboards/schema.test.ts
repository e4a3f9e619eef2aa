/** The generated files against the types that Grafana publishes of its dashboards and panels. */
import { spawnSync } from 'node:child_process'
import { readFileSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { Workspace } from '../../support/workspace.ts'

const root = join(import.meta.dirname, '../../..')

/** Grafana's types with enums as their values, which is what JSON has. */
const plainTypes = `
import type { AnnotationQuery, Dashboard } from '@grafana/schema'
import type { Options as BarGauge } from '@grafana/schema/dist/esm/raw/composable/bargauge/panelcfg/x/BarGaugePanelCfg_types.gen'
import type { Options as Stat } from '@grafana/schema/dist/esm/raw/composable/stat/panelcfg/x/StatPanelCfg_types.gen'
import type { Options as Table } from '@grafana/schema/dist/esm/raw/composable/table/panelcfg/x/TablePanelCfg_types.gen'
import type { Options as TimeSeries } from '@grafana/schema/dist/esm/raw/composable/timeseries/panelcfg/x/TimeSeriesPanelCfg_types.gen'
export type Plain<T> = T extends string
  ? \`\${T}\`
  : T extends number
    ? \`\${T}\` extends \`\${infer N extends number}\` ? N : T
    : T extends readonly (infer E)[]
      ? readonly Plain<E>[]
      : T extends object
        ? { readonly [K in keyof T]: Plain<T[K]> }
        : T
export interface PanelOptions {
  bargauge: Plain<Partial<BarGauge>>
  stat: Plain<Partial<Stat>>
  table: Plain<Partial<Omit<Table, 'cellHeight'>>> & { cellHeight: 'sm' }
  timeseries: Plain<Partial<TimeSeries>>
}
/** What an annotation asks is up to its data source: of Prometheus, an expression. */
type Annotation = Plain<AnnotationQuery> & { expr: string; titleFormat: string }
export type PlainDashboard = Omit<Plain<Dashboard>, 'annotations'> & {
  annotations: { list: readonly Annotation[] }
}
`

const fileSchema = z.looseObject({
  panels: z.array(z.looseObject({ type: z.string(), options: z.looseObject({}) })),
})

const strict = [
  '--ignoreConfig',
  '--strict',
  '--noEmit',
  '--skipLibCheck',
  '--module',
  'esnext',
  '--moduleResolution',
  'bundler',
]

/** What the compiler has to say of a file. */
function complaints(text: string): string {
  using workspace = new Workspace()
  symlinkSync(join(root, 'node_modules'), workspace.at('node_modules'))
  const dashboard = fileSchema.parse(JSON.parse(text))
  const options = dashboard.panels
    .filter(({ type }) => ['bargauge', 'stat', 'table', 'timeseries'].includes(type))
    .map(({ type, options }, i) => `export const o${i}: PanelOptions['${type}'] = ${JSON.stringify(options)}`)
  workspace.write('plain.ts', plainTypes)
  const file = workspace.write(
    'dashboard.ts',
    [
      "import type { PanelOptions, PlainDashboard } from './plain'",
      `export const dashboard: PlainDashboard = ${text}`,
      ...options,
    ].join('\n'),
  )
  const run = spawnSync(process.execPath, [join(root, 'node_modules/.bin/tsc'), ...strict, file], {
    encoding: 'utf8',
  })
  return run.stdout + run.stderr
}

describe("Grafana's own types", () => {
  it.each(['executive', 'on-call', 'debug', 'pipeline'])(
    'have nothing against %s',
    { timeout: 60_000 },
    (name) => {
      expect(complaints(readFileSync(join(root, `dashboards/${name}.json`), 'utf8'))).toBe('')
    },
  )

  it('would be broken by a wrong option or a wrong type', { timeout: 60_000 }, () => {
    const text = readFileSync(join(root, 'dashboards/debug.json'), 'utf8')
    expect(complaints(text.replaceAll('"mode": "absolute"', '"mode": "absolutely"'))).toContain('absolutely')
    expect(complaints(text.replaceAll('"displayMode": "table"', '"displayMode": "heap"'))).toContain('heap')
  })
})
