/** Simulations in tests: their records, their truth, and what a replay counts of them. */
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { attributionOf, defaultPseudonymKey } from '../../src/app/attribution.ts'
import { replayPipeline } from '../../src/app/commands/replay.ts'
import type { ScenarioOverrides } from '../../src/app/config/scenario-settings.ts'
import { type ReplayReport, replayReport } from '../../src/app/replay-report.ts'
import { loadScenario } from '../../src/app/scenario-files.ts'
import type { GroundTruth } from '../../src/simulation/ground-truth.ts'
import type { Scenario } from '../../src/simulation/scenario.ts'
import { type Arriving, Simulation } from '../../src/simulation/simulation.ts'

export const everything = fileURLToPath(new URL('../simulation/everything.yaml', import.meta.url))

export function shippedScenario(name: string): string {
  return fileURLToPath(new URL(`../../simulations/${name}.yaml`, import.meta.url))
}

export function scenarioAt(path: string, overrides: ScenarioOverrides = {}): Scenario {
  const { scenario, problems } = loadScenario(path, readFileSync(path, 'utf8'), overrides)
  if (scenario === undefined) throw new Error(JSON.stringify(problems))
  return scenario
}

export interface Simulated {
  readonly records: readonly Arriving[]
  readonly truth: GroundTruth
}

export function simulated(scenario: Scenario): Simulated {
  const simulation = new Simulation(scenario)
  return { records: [...simulation.records()], truth: simulation.truth() }
}

/** What a replay counts of the logs; telemetry is left out. */
export function replayed(records: readonly Arriving[]): ReplayReport {
  const pipeline = replayPipeline(
    {
      output: 'json',
      objectives: [],
      attribution: attributionOf([], defaultPseudonymKey),
      at: undefined,
      dedupeBytes: 16 * 1024 * 1024,
      futureToleranceMs: 0,
    },
    () => Number.POSITIVE_INFINITY,
  )
  pipeline.beginBatch()
  const decoder = pipeline.decoder()
  for (const { log, text } of records) if (log !== 'otlp') decoder.push(Buffer.from(`${text}\n`))
  decoder.end()
  return replayReport(pipeline)
}
