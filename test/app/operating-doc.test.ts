import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { BatchTelemetry } from '../../src/app/batch-telemetry.ts'
import { startSelfObservation } from '../../src/app/self-observation.ts'
import { engineAlerts } from '../../src/outputs/engine-alerts.ts'
import type { MetricFamily } from '../../src/outputs/metric-family.ts'
import {
  kafkaMetrics,
  otlpMetrics,
  pipelineMetrics,
  prometheusMetrics,
} from '../../src/outputs/pipeline-conventions.ts'
import { parseExposition } from '../support/exposition.ts'

const text = readFileSync(new URL('../../docs/operating.md', import.meta.url), 'utf8')

/** First cells of the tables below a heading that hold a name. */
function namesBelow(heading: string): ReadonlySet<string> {
  const section = text.split('\n## ').find((part) => part.startsWith(`${heading}\n`)) ?? ''
  return new Set([...section.matchAll(/^\| `(\w+)` \|/gm)].map(([, name]) => name ?? ''))
}

async function scraped(): Promise<readonly string[]> {
  const quiet = { info: () => undefined, warn: () => undefined, error: () => undefined }
  const settings = {
    enabled: true,
    prometheus: { host: '127.0.0.1', port: 0 },
    otlp: { endpoint: undefined, headers: [] },
  }
  const { telemetry, address, stop } = await startSelfObservation(settings, '0.0.0', quiet)
  const batches = new BatchTelemetry(telemetry)
  batches.watchQueues(() => ({ webhook: 0 }))
  batches.decode('files', 1, () => undefined)
  batches.commit(() => ({ chunks: 1, bytes: 1 }))
  const response = await fetch(`${address}/metrics`)
  const names = [...parseExposition(await response.text()).families.keys()]
  await stop()
  return names
}

describe('docs/operating.md', () => {
  it('has each metric of the program itself by the name that Prometheus sees, and no other', async () => {
    const stages = ['start', 'batch', 'fetch', 'decode', 'judge', 'commit', 'render']
    // Not every test run collects garbage in time.
    const names = new Set([...(await scraped()), 'v8js_gc_duration_seconds', ...stages])
    expect(namesBelow('Metrics of the program itself')).toEqual(names)
  })

  it('has each metric of the pipeline, and no other', () => {
    const names = [pipelineMetrics, kafkaMetrics, otlpMetrics, prometheusMetrics]
      .flatMap((metrics): readonly MetricFamily[] => Object.values(metrics))
      .map(({ name }) => name)
    expect(namesBelow('Metrics of the pipeline')).toEqual(new Set(names))
  })

  it('has each engine alert, and no other', () => {
    const names = engineAlerts.map(({ alert }) => alert)
    expect(namesBelow('What to alert on')).toEqual(new Set(names))
  })
})
