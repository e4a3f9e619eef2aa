/**
 * `npm run bench`: throughput, durability, restart, scrapes and memory, beside their goals. What is compared runs in processes
 * of its own, in turns, in one run. `--records` sets the size; `--kafka`, `--telemetry`, `--client`,
 * `--otlp` and `--pages` run something else instead.
 */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { benchKafka } from './kafka.ts'
import { benchObjectives } from './objectives.ts'
import { benchPages } from './pages.ts'
import { Report } from './report.ts'
import { benchRestart } from './restart.ts'
import { benchScrape } from './scrape.ts'
import { benchThroughput } from './throughput.ts'
import { scriptPath } from './turns.ts'
import { benchWebhook } from './webhook.ts'

const { values } = parseArgs({
  options: {
    records: { type: 'string' },
    rounds: { type: 'string' },
    kafka: { type: 'boolean', default: false },
    telemetry: { type: 'boolean', default: false },
    client: { type: 'boolean', default: false },
    otlp: { type: 'boolean', default: false },
    pages: { type: 'boolean', default: false },
  },
})

/** Less is measured for nothing but that it works: a start takes longer than the records, and one round is noise. */
const leastForGoals = 500_000

async function inFolder(measure: (folder: string) => Promise<void>): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'identity-slo-bench-'))
  try {
    await measure(folder)
  } finally {
    rmSync(folder, { recursive: true })
  }
}

async function benchAll(folder: string): Promise<void> {
  const records = Number(values.records ?? 1_000_000)
  const isFull = records >= leastForGoals
  const rounds = Number(values.rounds ?? (isFull ? 3 : 1))
  const objectives = isFull ? 1000 : 200
  const report = new Report(isFull)
  await benchThroughput(report, folder, records, rounds)
  await benchWebhook(report, folder, Math.ceil(records / 5), rounds)
  benchObjectives(report, folder, objectives)
  await benchRestart(report, folder, objectives, rounds)
  benchScrape(report, folder, objectives, rounds)
  spawnSync(process.execPath, [scriptPath('inventory.ts'), String(isFull ? 100_000 : 5_000)], {
    stdio: 'inherit',
  })
  if (!isFull) report.line(`\nGoals are for ${leastForGoals.toLocaleString('en')} records or more.`)
}

if (values.telemetry) spawnSync(process.execPath, [scriptPath('telemetry.ts')], { stdio: 'inherit' })
else if (values.client) spawnSync(process.execPath, [scriptPath('client.ts')], { stdio: 'inherit' })
else if (values.otlp) spawnSync(process.execPath, [scriptPath('otlp.ts')], { stdio: 'inherit' })
else if (values.pages)
  await inFolder(async (folder) =>
    benchPages(new Report(true), folder, { objectives: 1000, identities: 100_000, visits: 100 }),
  )
else if (values.kafka)
  await inFolder((folder) =>
    benchKafka(new Report(true), folder, Number(values.records ?? 200_000), Number(values.rounds ?? 3)),
  )
else await inFolder(benchAll)
