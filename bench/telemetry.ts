/**
 * `node bench/telemetry.ts`: what watching itself costs the program. The same records with telemetry off, with self metrics
 * that are scraped each second, and with traces sent to a receiver as well; in processes of their own, in turns.
 */
import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs, promisify } from 'node:util'
import type { Measured } from './measured.ts'
import { writeBenchRecords } from './records.ts'

const { values } = parseArgs({
  options: { records: { type: 'string', default: '200000' }, rounds: { type: 'string', default: '5' } },
})
const records = Number(values.records)
const rounds = Number(values.rounds)
const script = new URL('./telemetry-path.ts', import.meta.url).pathname
const run = promisify(execFile)

async function measure(file: string, mode: string): Promise<Measured> {
  const { stdout } = await run(process.execPath, [script, file, mode])
  return JSON.parse(stdout) as Measured
}

/** The round with the least CPU time: noise only ever adds. */
function least(results: readonly Measured[]): Measured {
  return results.reduce((a, b) => (b.cpuSeconds < a.cpuSeconds ? b : a))
}

function median(results: readonly number[]): number {
  return results.toSorted((a, b) => a - b)[Math.floor(results.length / 2)] ?? Number.NaN
}

const receiver = createServer((request, response) => {
  request.resume().on('end', () => response.end())
}).listen(0, '127.0.0.1')
await once(receiver, 'listening')
const bound = receiver.address()
const endpoint = `http://127.0.0.1:${typeof bound === 'object' && bound !== null ? bound.port : 0}`
const modes = { off: 'off', metrics: 'metrics', 'metrics and traces': endpoint }
const results = new Map<string, Measured[]>(Object.keys(modes).map((name) => [name, []]))

const folder = mkdtempSync(join(tmpdir(), 'identity-slo-bench-'))
try {
  const file = join(folder, 'records.ndjson')
  writeBenchRecords(file, records)
  for (let round = 0; round < rounds; round++)
    for (const [name, mode] of Object.entries(modes)) results.get(name)?.push(await measure(file, mode))
} finally {
  rmSync(folder, { recursive: true })
  receiver.close()
}

console.log(`${records.toLocaleString('en')} records, ${rounds} rounds; ratios are against telemetry off`)
console.log(
  `${'telemetry'.padEnd(22)}${'events/s'.padStart(10)}${'CPU s'.padStart(8)}${'least CPU'.padStart(11)}${'median CPU'.padStart(12)}`,
)
const off = results.get('off') ?? []
for (const [name, own] of results) {
  const best = least(own)
  const ratios = own.map(({ cpuSeconds }, round) => cpuSeconds / (off[round]?.cpuSeconds ?? Number.NaN))
  const cells = [
    Math.round(best.records / best.wallSeconds)
      .toLocaleString('en')
      .padStart(10),
    best.cpuSeconds.toFixed(2).padStart(8),
    (best.cpuSeconds / least(off).cpuSeconds).toFixed(3).padStart(11),
    median(ratios).toFixed(3).padStart(12),
  ]
  console.log(`${name.padEnd(22)}${cells.join('')}`)
}
