/** Records a second over a file: a loop that only parses JSON, the whole path, and it without the token ledger and with durable state. */
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import type { Measured } from './measured.ts'
import { type BenchTruth, writeBenchRecords } from './records.ts'
import type { Report } from './report.ts'
import { best, inTurns, runScript } from './turns.ts'

function check(result: Measured, truth: BenchTruth): void {
  const expected = Object.values(truth.issuance).reduce(
    (sum, { good, bad }) => ({ good: sum.good + good, bad: sum.bad + bad }),
    { good: 0, bad: 0 },
  )
  if (result.good === expected.good && result.bad === expected.bad) return
  throw new Error(
    `the engine counted ${result.good} good and ${result.bad} bad, the generator wrote ${expected.good} and ${expected.bad}`,
  )
}

const columns = { name: 34, perSecond: 12, cpu: 15, ratio: 7, memory: 13 } as const

function row(name: string, result: Measured, baseline: Measured): string {
  const perMillion = (result.cpuSeconds / result.records) * 1e6
  return [
    name.padEnd(columns.name),
    Math.round(result.records / result.wallSeconds)
      .toLocaleString('en')
      .padStart(columns.perSecond),
    perMillion.toFixed(2).padStart(columns.cpu),
    (result.cpuSeconds / baseline.cpuSeconds).toFixed(2).padStart(columns.ratio),
    `${Math.round(result.peakMegabytes)}`.padStart(columns.memory),
  ].join('')
}

const header = [
  ''.padEnd(columns.name),
  'events/s'.padStart(columns.perSecond),
  'CPU s/million'.padStart(columns.cpu),
  'ratio'.padStart(columns.ratio),
  'peak RSS MB'.padStart(columns.memory),
].join('')

/** Whole files are read, from the page cache: what the disk adds is the durable state's. */
export async function benchThroughput(
  report: Report,
  folder: string,
  records: number,
  rounds: number,
): Promise<void> {
  const file = join(folder, 'records.ndjson')
  const state = join(folder, 'state')
  const truth = writeBenchRecords(file, records)
  const bytes = Math.round(truth.averageBytes)
  report.heading(
    `Replay of ${records.toLocaleString('en')} records of ${bytes} bytes on average, ${rounds} rounds`,
  )
  const results = await inTurns(rounds, {
    baseline: () => runScript<Measured>('baseline.ts', file),
    memory: () => runScript<Measured>('replay.ts', file),
    withoutLedger: () => runScript<Measured>('replay.ts', file, '--no-ledger'),
    durable: () => {
      rmSync(state, { recursive: true, force: true })
      return runScript<Measured>('replay.ts', file, state)
    },
  })
  const [baseline, memory, durable] = [best(results.baseline), best(results.memory), best(results.durable)]
  const withoutLedger = best(results.withoutLedger)
  for (const result of [memory, withoutLedger, durable]) check(result, truth)
  report.line(header)
  report.line(row('split lines + JSON.parse', baseline, baseline))
  report.line(row('read to buckets, whole path', memory, baseline))
  report.line(row('the same without the token ledger', withoutLedger, baseline))
  report.line(row('the same with durable state', durable, baseline))
  const quickest = (of: readonly Measured[]): number => Math.min(...of.map(({ wallSeconds }) => wallSeconds))
  report.figure({
    what: 'CPU time with the token ledger over without',
    value: memory.cpuSeconds / withoutLedger.cpuSeconds,
    goal: { atMost: 1.15 },
  })
  report.figure({
    what: 'CPU time with durable state over without',
    value: durable.cpuSeconds / memory.cpuSeconds,
    goal: { atMost: 1.2 },
  })
  report.figure({
    what: 'wall time with durable state over without',
    value: quickest(results.durable) / quickest(results.memory),
    goal: { atMost: 1.2 },
  })
}
