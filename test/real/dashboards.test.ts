/** Every expression of the generated dashboards against a real Prometheus that holds every exported family. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { exportedFamilies } from '../../src/outputs/conventions.ts'
import type { Dashboard } from '../../src/outputs/dashboards/builder.ts'
import { debugDashboard } from '../../src/outputs/dashboards/debug.ts'
import { executiveDashboard } from '../../src/outputs/dashboards/executive.ts'
import { onCallDashboard } from '../../src/outputs/dashboards/on-call.ts'
import type { MetricFamily } from '../../src/outputs/metric-family.ts'
import { infoLabelValues } from '../../src/outputs/objective-labels.ts'
import { anObjective } from '../support/objective.ts'
import {
  hasPrometheus,
  type PrometheusServer,
  promtool,
  startPrometheus,
  temporaryFolder,
} from '../support/prometheus.ts'

const dashboards: readonly Dashboard[] = [executiveDashboard, onCallDashboard, debugDashboard]

/** The label values that dashboards tell apart; of the others one is enough. */
const several: Readonly<Record<string, readonly string[]>> = {
  window: ['5m', '1h', '30d'],
  verdict: ['good', 'bad', 'excluded'],
  result: ['accepted', 'rejected'],
}

type Labels = Readonly<Record<string, string>>

function labelSets(family: MetricFamily): readonly Labels[] {
  const info: Labels = infoLabelValues(anObjective())
  const isInfo = family.name === 'identity_slo_info'
  return family.labelNames.reduce<readonly Labels[]>(
    (sets, label) => {
      const values = (isInfo ? undefined : several[label]) ?? [info[label] ?? `some-${label}`]
      return sets.flatMap((set) => values.map((value) => ({ ...set, [label]: value })))
    },
    [{ job: 'identity-slo', instance: 'a:9464' }],
  )
}

function line(name: string, labels: Labels, value: number, seconds: number): string {
  const list = Object.entries(labels).map(([label, text]) => `${label}="${text}"`)
  return `${name}{${list.join(',')}} ${value} ${seconds}`
}

/** Samples of a family at some instants, oldest first, in the OpenMetrics text format. */
function exposition(family: MetricFamily, instants: readonly number[]): readonly string[] {
  const base = family.name.replace(/_total$/, '')
  const samples = labelSets(family).flatMap((labels) => {
    const names =
      family.type === 'histogram'
        ? [...(family.buckets ?? []), '+Inf'].map(
            (le) => [`${base}_bucket`, { ...labels, le: String(le) }] as const,
          )
        : [[family.name, labels] as const]
    return names.flatMap(([name, own]) =>
      instants.map((at, index) => line(name, own, family.unit === 'unix seconds' ? at : index + 1, at)),
    )
  })
  // Histograms go in as unknown: the format asks for counts and sums, which no dashboard reads.
  const type = family.type === 'histogram' ? 'unknown' : family.type
  const heads = family.type === 'histogram' ? [`# TYPE ${base}_bucket unknown`] : [`# TYPE ${base} ${type}`]
  return [...heads, ...samples]
}

const answerSchema = z.object({
  status: z.string(),
  error: z.string().optional(),
  data: z.object({ result: z.array(z.unknown()) }).optional(),
})

/** What Grafana would put in; `All` is every value. */
function filledIn(expr: string): string {
  return expr
    .replaceAll('$__rate_interval', '5m')
    .replaceAll('$__range', '1h')
    .replaceAll(/\$[a-z]+/g, '.+')
}

describe.skipIf(!hasPrometheus)('dashboards over real Prometheus (skipped unless it is on the PATH)', () => {
  let folder: ReturnType<typeof temporaryFolder> | undefined
  let server: PrometheusServer | undefined

  beforeAll(async () => {
    folder = temporaryFolder()
    const end = Math.floor(Date.now() / 1000)
    const instants = Array.from({ length: 61 }, (_, index) => end - (60 - index) * 60)
    const samples = exportedFamilies().flatMap((family) => exposition(family, instants))
    const input = join(folder.path, 'samples.txt')
    const data = join(folder.path, 'data')
    const config = join(folder.path, 'prometheus.yaml')
    writeFileSync(input, `${samples.join('\n')}\n# EOF\n`)
    writeFileSync(config, 'global: {}\n')
    mkdirSync(data)
    const { status, output } = promtool('tsdb', 'create-blocks-from', 'openmetrics', input, data)
    expect(status, output).toBe(0)
    server = await startPrometheus(data, config)
  }, 60_000)

  afterAll(async () => {
    await server?.[Symbol.asyncDispose]()
    folder?.[Symbol.dispose]()
  })

  async function ask(expr: string): Promise<z.infer<typeof answerSchema>> {
    const query = new URLSearchParams({ query: filledIn(expr) })
    const answer = await fetch(`${server?.url}/api/v1/query?${query}`)
    return answerSchema.parse(await answer.json())
  }

  const panels = dashboards.flatMap(({ title, panels }) =>
    panels.flatMap((panel) =>
      panel.type === 'text' ? [] : panel.queries.map(({ expr }) => [title, panel.title, expr.text] as const),
    ),
  )

  it.each(panels)('%s / %s has data', async (_, __, expr) => {
    const answer = await ask(expr)
    expect(answer.error).toBeUndefined()
    expect(answer.data?.result.length).toBeGreaterThan(0)
  })

  const marks = dashboards.flatMap(({ title, annotations }) =>
    annotations.map(({ name, expr }) => [title, name, expr.text] as const),
  )

  it.each(marks)('%s marks %s by a valid expression', async (_, __, expr) => {
    expect(await ask(expr)).toMatchObject({ status: 'success' })
  })

  const variables = dashboards.flatMap(({ title, variables }) =>
    variables.map(({ name, from }) => [title, name, from.name] as const),
  )

  it.each(variables)('%s offers values of %s', async (_, name, metric) => {
    const answer = await ask(`group by (${name}) (${metric}{${name}!=""})`)
    expect(answer.data?.result.length).toBeGreaterThan(0)
  })
})
