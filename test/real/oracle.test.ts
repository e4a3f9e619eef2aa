/**
 * Records by Kafka, webhook and files to one instance that is killed again and again, against an oracle that shares no
 * code with it. ORACLE_KILLS and ORACLE_SEED ask for a longer run, or for the same one again.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { KafkaBroker, kafkaForTests } from '../support/kafka-broker.ts'
import type { RunOptions, RunResult } from '../support/oracle/run.ts'
import { Workspace } from '../support/workspace.ts'

const seed = Number(process.env['ORACLE_SEED'] ?? 20_261_123)
const kills = Number(process.env['ORACLE_KILLS'] ?? 50)
const recordsPerKill = 240
/** Far more than it takes: a machine that does ten other things is not a failure. */
const limitMs = 120_000 + kills * 10_000

const main = fileURLToPath(new URL('../support/oracle/main.ts', import.meta.url))
const { libraries, title } = kafkaForTests('an instance that is killed again and again')

async function outputOf(child: ChildProcess): Promise<string> {
  const stop = (): void => {
    child.kill()
  }
  process.once('exit', stop)
  let out = ''
  child.stdout?.setEncoding('utf8').on('data', (text: string) => {
    out += text
  })
  await new Promise((resolve) => child.once('close', resolve))
  process.off('exit', stop)
  return out
}

describe.skipIf(libraries === undefined)(title, () => {
  let broker: KafkaBroker

  beforeAll(async () => {
    broker = await KafkaBroker.start(libraries ?? '')
  })

  afterAll(async () => {
    await broker?.[Symbol.asyncDispose]()
  })

  it(
    `shows what the oracle has counted, after ${kills} kills at random`,
    async () => {
      using folder = new Workspace()
      const options: RunOptions = {
        seed,
        kills,
        records: kills * recordsPerKill,
        broker: broker.address,
        folder: folder.path,
      }
      // kafkajs waits for negative times, of which Node warns.
      const args = ['--disable-warning=TimeoutNegativeWarning', main, JSON.stringify(options)]
      const result: RunResult = JSON.parse(
        await outputOf(spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] })),
      )
      console.info({ seed, ...result, differences: result.differences.length })
      expect(result.differences, `ORACLE_SEED=${seed}`).toEqual([])
      expectHardEnough(result)
    },
    limitMs,
  )
})

/** That nothing differs means little unless enough was done and compared. */
function expectHardEnough({ kills: byKind, records, deliveries, ...result }: RunResult): void {
  const { starting = 0, running = 0, answering = 0, committing = 0 } = byKind
  expect(starting + running + answering + committing).toBeGreaterThanOrEqual(kills)
  expect(Math.min(starting, running, answering, committing)).toBeGreaterThanOrEqual(Math.floor(kills / 8))
  expect(result.killsAfterJoining).toBeGreaterThanOrEqual(Math.floor(kills / 10))
  expect(new Set(Object.keys(deliveries))).toEqual(new Set(['files', 'kafka', 'webhook']))
  for (const delivered of Object.values(deliveries)) expect(delivered).toBeGreaterThan(records / 8)
  expect(result.duplicates).toBeGreaterThan(records / 2)
  expect(result.comparisons).toBeGreaterThanOrEqual(12)
  expect(result.compared).toBeGreaterThan(result.comparisons * 300)
}
