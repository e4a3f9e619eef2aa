/** Every expression of the generated dashboards against a real Prometheus that scrapes a run under simulated traffic. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { DashboardLab } from '../support/dashboard-lab.ts'
import { dashboards } from '../support/dashboards.ts'
import { hasPrometheus } from '../support/prometheus.ts'

/** Panels that may be empty, and why. */
const mayBeEmpty: Readonly<Record<string, string>> = {
  'Active failure modes': 'It shows those of which there is evidence now, and on a good day there is none.',
}

const answerSchema = z.object({
  status: z.string(),
  error: z.string().optional(),
  data: z.object({ result: z.array(z.unknown()) }).optional(),
})

/** What Grafana would put in; `All` is every value. */
function filledIn(expr: string): string {
  return expr
    .replaceAll('$__rate_interval', '4m')
    .replaceAll('$__range', '10m')
    .replaceAll(/\$[a-z_]+/g, '.*')
}

describe.skipIf(!hasPrometheus)('dashboards over real Prometheus (skipped unless it is on the PATH)', () => {
  let lab: DashboardLab | undefined

  beforeAll(async () => {
    lab = await DashboardLab.start()
  }, 180_000)

  afterAll(async () => {
    await lab?.[Symbol.asyncDispose]()
  })

  async function ask(expr: string): Promise<z.infer<typeof answerSchema>> {
    const query = new URLSearchParams({ query: filledIn(expr) })
    const answer = await fetch(`${lab?.url}/api/v1/query?${query}`)
    return answerSchema.parse(await answer.json())
  }

  const panels = dashboards.flatMap(({ title, panels }) =>
    panels.flatMap((panel) =>
      panel.type === 'text' ? [] : panel.queries.map(({ expr }) => [title, panel.title, expr.text] as const),
    ),
  )

  it.each(panels)('%s / %s has data', async (_, panel, expr) => {
    const answer = await ask(expr)
    expect(answer.error).toBeUndefined()
    if (mayBeEmpty[panel] === undefined) expect(answer.data?.result.length).toBeGreaterThan(0)
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
