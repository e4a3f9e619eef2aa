/**
 * `npm run bench:alerts`: how good alerts are. Simulated scenarios, with and without faults, through the engine and through
 * burn-rate alerts on counters in a real Prometheus (docs/alert-quality.md). Exits 1 when a goal is missed.
 */
import { parseArgs } from 'node:util'
import { requireDefinitions } from '../src/app/definition-files.ts'
import { hasPrometheus, temporaryFolder } from '../test/support/prometheus.ts'
import { baselineScores, rehearseAll, rowsOf } from './alerts/bench.ts'
import { writePage } from './alerts/document.ts'
import type { Rehearsal } from './alerts/rehearsal.ts'
import { benchScenarios } from './alerts/scenarios.ts'
import { resultTable, verdictsOf, verdictTable } from './alerts/table.ts'

const { values } = parseArgs({
  options: {
    /** Scenarios with this in their name. */
    only: { type: 'string', default: '' },
    /** `--no-baseline` leaves Prometheus out. */
    baseline: { type: 'boolean', default: true },
    /** Missed goals are shown, and exit 0. */
    'report-only': { type: 'boolean', default: false },
    /** Every alert of every scenario as well. */
    firings: { type: 'boolean', default: false },
    /** Into docs/alert-quality.md. */
    write: { type: 'boolean', default: false },
  },
  allowNegative: true,
})

function clock(time: number): string {
  return Number.isFinite(time) ? new Date(time).toISOString().slice(11, 19) : 'never   '
}

function printFirings(name: string, { truth, firings, said }: Rehearsal): void {
  console.log(name)
  for (const { kind, from, to, firstArrival, telemetry } of truth.faults) {
    const first = Date.parse(firstArrival ?? telemetry.firstArrival ?? '')
    console.log(
      `  fault ${kind} ${clock(Date.parse(from))} to ${clock(Date.parse(to))}, seen ${clock(first)}`,
    )
  }
  for (const { from, to, severity, objective, alert, mode, culprits } of firings)
    console.log(
      `  ${clock(from)} to ${clock(to)} ${severity} ${objective} ${alert} ${mode} ${culprits.join(' ')}`,
    )
  for (const { at, mode, identities } of said)
    console.log(`  ${clock(at)} diagnosis ${mode} ${identities.slice(0, 3).join(' ')}`)
}

const { objectives } = requireDefinitions([new URL('../slo-definitions', import.meta.url).pathname])
const scenarios = benchScenarios(values.only)
const rehearsals = rehearseAll(scenarios, objectives, (name) => {
  if (process.stderr.isTTY) process.stderr.write(`\r\u001b[K${name}`)
})
if (process.stderr.isTTY) process.stderr.write('\r\u001b[K')
if (values.firings) for (const [name, rehearsal] of rehearsals) printFirings(name, rehearsal)

const isCompared = values.baseline && hasPrometheus
using folder = temporaryFolder()
const baseline = isCompared ? await baselineScores(folder.path, rehearsals, objectives) : undefined
const rows = rowsOf(rehearsals, baseline)
const verdicts = verdictsOf(rows)
const result = `${resultTable(rows)}\n${verdictTable(verdicts)}`
console.log(result)
if (values.write) writePage(scenarios, result)
if (values.baseline && !hasPrometheus)
  console.log('No baseline: prometheus and promtool are not on the PATH.')
const missed = verdicts.filter(({ isMet }) => !isMet)
if (missed.length > 0 && !values['report-only']) process.exitCode = 1
