/** A run that a real Prometheus scrapes, with our generated rules: both say the same of the same records. */
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { stringify } from 'yaml'
import { z } from 'zod'
import { evaluate } from '../../src/objectives/evaluate.ts'
import { renderArtifacts } from '../../src/outputs/artifacts.ts'
import { objectiveMetrics } from '../../src/outputs/conventions.ts'
import { labels } from '../../src/outputs/labels.ts'
import { alertLabels, alertsSeries, records } from '../../src/outputs/rule-conventions.ts'
import { EmbeddedService, everything, until } from '../support/embedded-service.ts'
import { hasPrometheus, type PrometheusServer, startPrometheus } from '../support/prometheus.ts'
import { tokenRequest } from '../support/records.ts'
import { linesOf, Workspace } from '../support/workspace.ts'

const timeoutMs = 180_000
const batches = 5
const failuresPerBatch = [0, 3, 40, 11, 7]
const recordsPerBatch = 60

const answerSchema = z.object({
  data: z.object({ result: z.array(z.object({ value: z.tuple([z.number(), z.string()]) })) }),
})

/** The values that an expression has now. */
async function values({ url }: PrometheusServer, query: string): Promise<readonly number[]> {
  const response = await fetch(`${url}/api/v1/query?${new URLSearchParams({ query })}`)
  return answerSchema.parse(await response.json()).data.result.map(({ value }) => Number(value[1]))
}

const impatient = `name: issuance
  annotations: { identity-slo.dev/min-bad-events: "1" }
`

/** Scrapes and evaluates once a second, which is as often as it can. */
function configured(workspace: Workspace, running: EmbeddedService): string {
  const objectives = running.pipeline.engine.states.map(({ objective }) => objective)
  const rules = renderArtifacts({ objectives }).filter(
    ({ path }) => path.startsWith('alerts/') && !path.startsWith('alerts/event-time/'),
  )
  const files = rules.map(({ content }, index) => workspace.write(`rules-${index}.yaml`, content))
  const config = {
    global: { scrape_interval: '1s', evaluation_interval: '1s' },
    rule_files: files,
    scrape_configs: [{ job_name: 'run', static_configs: [{ targets: [new URL(running.url).host] }] }],
  }
  return workspace.write('prometheus.yml', stringify(config))
}

describe.skipIf(!hasPrometheus)(
  'a run under a real Prometheus (skipped unless prometheus and promtool are on the PATH)',
  () => {
    it('has the burn rates of its rules, and the alert', { timeout: timeoutMs }, async () => {
      using workspace = new Workspace()
      // Seconds of failures are a blip, unless an objective says that one failure should wake somebody.
      workspace.write('slo/all.yaml', everything.replace('name: issuance\n', impatient))
      await using running = await EmbeddedService.start(workspace, { definitions: ['slo'] })
      await using server = await startPrometheus(join(workspace.path, 'data'), configured(workspace, running))
      const counted = `sum(${objectiveMetrics.events.name}{${labels.verdict}=~"good|bad"})`
      await until('the first scrape', async () => (await values(server, counted))[0] === 0)
      for (let batch = 0; batch < batches; batch++) {
        const sent = Array.from({ length: recordsPerBatch }, (_, i) =>
          tokenRequest({
            id: `${batch}-${i}`,
            time: Date.now(),
            code: i < (failuresPerBatch[batch] ?? 0) ? 500 : 201,
          }),
        )
        await running.send(linesOf(sent))
        const total = (batch + 1) * recordsPerBatch
        await until(`a scrape of batch ${batch}`, async () => (await values(server, counted))[0] === total)
      }
      const [state] = running.pipeline.engine.states
      if (state === undefined) throw new Error('there is no objective')
      const failures = failuresPerBatch.reduce((sum, count) => sum + count, 0)
      const errorRatio = failures / (batches * recordsPerBatch)
      for (const window of ['5m', '1h', '3d', '30d']) {
        const gauge = `max(${objectiveMetrics.sliErrorRatio.name}{${labels.window}="${window}"})`
        expect((await values(server, gauge))[0]).toBeCloseTo(errorRatio, 12)
        const rule = `max(${records.sliErrorRatio(window)})`
        await until(`${rule} is ${errorRatio}`, async () => {
          const [value = Number.NaN] = await values(server, rule)
          return Math.abs(value - errorRatio) < 1e-9
        })
      }
      const rate = evaluate(state, Date.now()).burnReadings.find(({ window }) => window === '5m')?.rate
      expect(rate).toBeCloseTo(errorRatio / 0.01, 9)
      for (const record of [records.currentBurnRate, records.periodBurnRate])
        await until(`${record} is that of the engine`, async () => {
          const [value = Number.NaN] = await values(server, `max(${record})`)
          return Math.abs(value - (rate ?? 0)) < 1e-6
        })
      const firing = `${alertsSeries.name}{${alertsSeries.state}="firing",${alertLabels.tier}="page-quick"}`
      await until('the page fires in Prometheus', async () => (await values(server, firing)).length === 1)
      const page = evaluate(state, Date.now()).alerts.find(({ id }) => id === 'page-quick')
      expect(page?.isFiring).toBe(true)
    })
  },
)
