/** The whole path in one process: read, connector, dedupe, indicators, buckets of the shipped objectives. */
import { attributionOf, defaultPseudonymKey } from '../src/app/attribution.ts'
import { replayPipeline } from '../src/app/commands/replay.ts'
import { requireDefinitions } from '../src/app/definition-files.ts'
import { readLogFile } from '../src/platform/log-file.ts'
import { startMeasuring } from './measured.ts'

const { objectives } = requireDefinitions([new URL('../slo-definitions', import.meta.url).pathname])
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
pipeline.beginBatch()
const decoder = pipeline.decoder()
await readLogFile(process.argv[2] ?? '', (chunk) => decoder.push(chunk))
decoder.end()
const statuses = pipeline.statuses()
if (statuses.length === 0) throw new Error('there are no objectives')
const issuance = pipeline.engine.totals.find(({ id }) => id === 'token-issuance')
done({ records: pipeline.sources.totals().read, good: issuance?.good ?? 0, bad: issuance?.bad ?? 0 })
