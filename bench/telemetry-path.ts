/** The whole path in one process as in `whole-path.ts`, watched as a run is: `telemetry-path.ts FILE off|metrics|ENDPOINT`. */

import { attributionOf, defaultPseudonymKey } from '../src/app/attribution.ts'
import { BatchTelemetry } from '../src/app/batch-telemetry.ts'
import { replayPipeline } from '../src/app/commands/replay.ts'
import { requireDefinitions } from '../src/app/definition-files.ts'
import { startSelfObservation } from '../src/app/self-observation.ts'
import { readLogFile } from '../src/platform/log-file.ts'
import { startMeasuring } from './measured.ts'

const [file = '', mode = 'off'] = process.argv.slice(2)
const quiet = { info: () => undefined, warn: console.error, error: console.error }
const { objectives } = requireDefinitions([new URL('../slo-definitions', import.meta.url).pathname])
const { telemetry, address, stop } = await startSelfObservation(
  {
    enabled: mode !== 'off',
    prometheus: { host: '127.0.0.1', port: 0 },
    otlp: { endpoint: mode.startsWith('http') ? mode : undefined, headers: [] },
  },
  '0.0.0',
  quiet,
)
const scrapeEveryMs = 1000
const scrape = async (): Promise<void> => {
  await (await fetch(`${address}/metrics`)).text()
}
const scrapes = address === undefined ? undefined : setInterval(() => void scrape(), scrapeEveryMs)

const done = startMeasuring()
const pipeline = replayPipeline(
  {
    output: 'json',
    objectives,
    attribution: attributionOf([], defaultPseudonymKey),
    at: undefined,
    dedupeBytes: 64 * 1024 * 1024,
    futureToleranceMs: 0,
  },
  () => Number.POSITIVE_INFINITY,
)
const batches = new BatchTelemetry(telemetry)
batches.watchQueues(() => ({ webhook: 0 }))
pipeline.beginBatch()
const decoder = pipeline.decoder({
  // What a run pays for each record: the timer around judging.
  counted: () => {
    batches.judging.begin()
    batches.judging.end()
  },
  rejected: () => undefined,
})
await readLogFile(file, (chunk) => {
  batches.batch('files', () => batches.decode('files', chunk.length, () => decoder.push(chunk)))
})
decoder.end()
clearInterval(scrapes)
if (address !== undefined) await scrape()
const issuance = pipeline.engine.totals.find(({ id }) => id === 'token-issuance')
await stop()
done({ records: pipeline.sources.totals().read, good: issuance?.good ?? 0, bad: issuance?.bad ?? 0 })
