/** Simulations in the order of arrival, and what is diagnosed on the way. */

import { fileURLToPath } from 'node:url'
import { attributionOf, defaultPseudonymKey } from '../../src/app/attribution.ts'
import { replayPipeline } from '../../src/app/commands/replay.ts'
import { diagnosesOf } from '../../src/app/diagnoses.ts'
import { OtlpIntake } from '../../src/app/otlp-intake.ts'
import { availableConnectors } from '../../src/connectors/available.ts'
import { Decoder, DecoderPlan } from '../../src/connectors/decode.ts'
import { OtlpTelemetry } from '../../src/connectors/otlp/telemetry.ts'
import type { Diagnosis } from '../../src/diagnosis/diagnosis.ts'
import type { IdentityEvent } from '../../src/events/event.ts'
import { inflate } from '../../src/platform/inflate.ts'
import type { GroundTruth } from '../../src/simulation/ground-truth.ts'
import type { Scenario } from '../../src/simulation/scenario.ts'
import { Simulation } from '../../src/simulation/simulation.ts'
import { scenarioAt } from './simulated.ts'

export interface Look {
  /** Epoch ms of arrival. */
  readonly at: number
  readonly diagnoses: readonly Diagnosis[]
}

/** Telemetry included: only clients see the metadata endpoint. One look in each step of arrival time. */
export async function diagnosed(
  scenario: Scenario,
  stepMs: number,
): Promise<{ readonly looks: readonly Look[]; readonly truth: GroundTruth }> {
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
  const intake = new OtlpIntake(pipeline, new OtlpTelemetry(), async () => undefined)
  const simulation = new Simulation(scenario)
  const looks: Look[] = []
  let next = scenario.start + stepMs
  for (const { arrival, log, text } of simulation.records()) {
    for (; arrival >= next; next += stepMs) looks.push({ at: next, diagnoses: diagnosesOf(pipeline) })
    if (log === 'otlp') await intake.take('traces', 'json', Buffer.from(text))
    else decoder.push(Buffer.from(`${text}\n`))
  }
  return { looks, truth: simulation.truth() }
}

/** One of those in test/diagnosis/scenarios. */
export function diagnosisScenario(name: string, seed?: number): Scenario {
  const path = fileURLToPath(new URL(`../diagnosis/scenarios/${name}.yaml`, import.meta.url))
  return scenarioAt(path, { seed })
}

/** Events of a scenario's logs up to an instant, and that instant. */
export function simulatedEvents(
  name: string,
  untilMs: number,
): { readonly events: readonly IdentityEvent[]; readonly end: number } {
  const scenario = diagnosisScenario(name)
  const end = scenario.start + untilMs
  const events: IdentityEvent[] = []
  const decoder = new Decoder(new DecoderPlan(availableConnectors), inflate, {
    // The connector may use an object again: what is kept is a copy.
    events: (decoded) => events.push(...structuredClone(decoded.filter(({ time }) => time < end))),
    rejection: () => undefined,
  })
  for (const { log, text } of new Simulation(scenario).records())
    if (log !== 'otlp') decoder.push(Buffer.from(`${text}\n`))
  decoder.end()
  return { events, end }
}
