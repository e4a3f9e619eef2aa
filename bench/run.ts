/**
 * `npm run bench`: the whole path over a deterministic file, against a baseline that only splits lines and calls
 * JSON.parse. Both run in processes of their own, in turns, so that a noisy machine disturbs both alike.
 */
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import type { Measured } from './measured.ts'
import { type BenchTruth, writeBenchRecords } from './records.ts'

const { values } = parseArgs({
  options: { records: { type: 'string', default: '1000000' }, rounds: { type: 'string', default: '3' } },
})
const records = Number(values.records)
const rounds = Number(values.rounds)

function measure(script: string, file: string): Measured {
  const path = new URL(script, import.meta.url).pathname
  return JSON.parse(execFileSync(process.execPath, [path, file], { encoding: 'utf8' })) as Measured
}

/** The round with the least CPU time: noise only ever adds. */
function best(results: readonly Measured[]): Measured {
  return results.reduce((a, b) => (b.cpuSeconds < a.cpuSeconds ? b : a))
}

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

function row(name: string, result: Measured, baseline: Measured): string {
  const perMillion = (result.cpuSeconds / result.records) * 1e6
  const cells = [
    Math.round(result.records / result.wallSeconds)
      .toLocaleString('en')
      .padStart(12),
    perMillion.toFixed(2).padStart(14),
    (result.cpuSeconds / baseline.cpuSeconds).toFixed(2).padStart(7),
    `${Math.round(result.peakMegabytes)}`.padStart(11),
  ]
  return `${name.padEnd(34)}${cells.join('')}`
}

const folder = mkdtempSync(join(tmpdir(), 'identity-slo-bench-'))
try {
  const file = join(folder, 'records.ndjson')
  const truth = writeBenchRecords(file, records)
  console.log(
    `${records.toLocaleString('en')} records, ${Math.round(truth.averageBytes)} bytes on average, ${rounds} rounds`,
  )
  const baselines: Measured[] = []
  const wholes: Measured[] = []
  for (let round = 0; round < rounds; round++) {
    baselines.push(measure('./baseline.ts', file))
    wholes.push(measure('./whole-path.ts', file))
  }
  const baseline = best(baselines)
  const whole = best(wholes)
  check(whole, truth)
  console.log(
    `${''.padEnd(34)}${'events/s'.padStart(12)}${'CPU s/million'.padStart(14)}${'ratio'.padStart(7)}${'peak RSS MB'.padStart(12)}`,
  )
  console.log(row('split lines + JSON.parse', baseline, baseline))
  console.log(row('read to buckets, whole path', whole, baseline))
} finally {
  rmSync(folder, { recursive: true })
}
