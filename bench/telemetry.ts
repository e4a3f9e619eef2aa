/**
 * `node bench/telemetry.ts`, or `npm run bench -- --telemetry`: what watching itself costs the program. Blocks of one file are read
 * with telemetry on and off in turns, in one process, so that a noisy machine disturbs both alike. What telemetry
 * does in the background (sending traces, being scraped, looking at the event loop) is measured on its own, and added.
 */
import { once } from 'node:events'
import { closeSync, mkdtempSync, openSync, readSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setImmediate, setTimeout } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { Worker } from 'node:worker_threads'
import { BatchTelemetry } from '../src/app/batch-telemetry.ts'
import { replayPipeline } from '../src/app/commands/replay.ts'
import { startSelfObservation } from '../src/app/self-observation.ts'
import { noTelemetry } from '../src/platform/telemetry/telemetry.ts'
import { writeBenchRecords } from './records.ts'
import { Report } from './report.ts'
import { endOfTime, shippedReplay } from './shipped.ts'

const { values } = parseArgs({ options: { records: { type: 'string', default: '400000' } } })
const records = Number(values.records)
/** As the file follower reads. */
const chunkBytes = 64 * 1024
const chunksPerBlock = 64
/** Blocks at the beginning, in which code is still being compiled. */
const warmUpBlocks = 8
const backgroundMs = 10_000

/** A quarter of the blocks took no longer: noise only ever adds, and CPU times of such short work are too coarse. */
function quartile(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 4)] ?? Number.NaN
}

function cpuSeconds(): number {
  const { user, system } = process.threadCpuUsage()
  return (user + system) / 1e6
}

const peers = new Worker(new URL('./telemetry-peers.ts', import.meta.url))
const [port] = await once(peers, 'message')
const { telemetry, address, stop } = await startSelfObservation(
  {
    enabled: true,
    prometheus: { host: '127.0.0.1', port: 0 },
    otlp: { endpoint: `http://127.0.0.1:${port}`, headers: [] },
  },
  '0.0.0',
  { info: () => undefined, warn: console.error, error: console.error },
)
peers.postMessage(address)

const pipeline = replayPipeline(shippedReplay(), endOfTime)
const arms = {
  off: { batches: new BatchTelemetry(noTelemetry), blocks: [] as number[] },
  on: { batches: new BatchTelemetry(telemetry), blocks: [] as number[] },
}
let { batches } = arms.off
const decoder = pipeline.decoder({
  // What a run pays for each record: the timer around judging.
  counted: () => {
    batches.judging.begin()
    batches.judging.end()
  },
  rejected: () => undefined,
})
pipeline.beginBatch()

const folder = mkdtempSync(join(tmpdir(), 'identity-slo-bench-'))
const path = join(folder, 'records.ndjson')
writeBenchRecords(path, records)
const file = openSync(path, 'r')
const block = Buffer.allocUnsafe(chunkBytes * chunksPerBlock)
for (let index = 0; ; index++) {
  const length = readSync(file, block, 0, block.length, null)
  if (length === 0) break
  // off, on, on, off: what drifts, drifts for both.
  const arm = index % 4 === 1 || index % 4 === 2 ? arms.on : arms.off
  batches = arm.batches
  const startedAt = performance.now()
  for (let at = 0; at < length; at += chunkBytes) {
    const chunk = block.subarray(at, Math.min(length, at + chunkBytes))
    batches.decode('files', chunk.length, () => decoder.push(chunk))
  }
  // Some thirty times a second: a run commits once a second unless senders wait for it.
  batches.flush()
  if (index >= warmUpBlocks && length === block.length) arm.blocks.push(performance.now() - startedAt)
  await setImmediate()
}
decoder.end()
closeSync(file)
rmSync(folder, { recursive: true })

const before = { cpu: cpuSeconds(), at: performance.now() }
await setTimeout(backgroundMs)
const background = (cpuSeconds() - before.cpu) / ((performance.now() - before.at) / 1000)
await stop()
await peers.terminate()

const [off, on] = [quartile(arms.off.blocks), quartile(arms.on.blocks)]
const report = new Report(arms.off.blocks.length >= 20)
const read = pipeline.sources.totals().read.toLocaleString('en')
report.heading(`${read} records in blocks of 4 MiB, first quartile of ${arms.off.blocks.length}`)
report.figure({ what: 'a block with telemetry off', value: off, unit: 'ms', decimals: 3 })
report.figure({ what: 'a block with telemetry on', value: on, unit: 'ms', decimals: 3 })
report.figure({ what: 'in background, of a core', value: background * 100, unit: '%' })
report.figure({
  what: 'cost of telemetry',
  value: (on / off + background - 1) * 100,
  unit: '%',
  goal: { atMost: 2 },
})
