/** One scenario through the engine, as `replay --timeline` does it, with the spans of clients beside the logs. */
import { attributionOf, defaultPseudonymKey } from '../../src/app/attribution.ts'
import { replayPipeline } from '../../src/app/commands/replay.ts'
import { diagnosesOf } from '../../src/app/diagnoses.ts'
import { loadOwnership } from '../../src/app/ownership-file.ts'
import { Timeline } from '../../src/app/timeline/timeline.ts'
import { sourceId } from '../../src/connectors/otlp/span-event-base.ts'
import { OtlpTelemetry } from '../../src/connectors/otlp/telemetry.ts'
import type { IdentityEvent } from '../../src/events/event.ts'
import { burnRate } from '../../src/objectives/budget.ts'
import type { Objective } from '../../src/objectives/objective.ts'
import type { ObjectiveState } from '../../src/objectives/objective-state.ts'
import type { GroundTruth } from '../../src/simulation/ground-truth.ts'
import { ownershipText } from '../../src/simulation/ownership-text.ts'
import type { Scenario } from '../../src/simulation/scenario.ts'
import { Simulation } from '../../src/simulation/simulation.ts'
import { ArrivalCounters, isCountable, type Scraped } from './arrival-counters.ts'
import { type Firing, firingsOf } from './firings.ts'
import type { Burn, Said } from './score.ts'

export interface Rehearsal {
  readonly scenario: Scenario
  readonly truth: GroundTruth
  readonly firings: readonly Firing[]
  /** The surest mode that is sure enough to be told, at steps at which it was another than before. */
  readonly said: readonly Said[]
  /** Of all objectives that count events, in a span of event time; epoch ms. */
  readonly burns: (from: number, to: number) => readonly Burn[]
  /** By objective. */
  readonly counters: ReadonlyMap<string, readonly Scraped[]>
  readonly records: number
}

/** As often as `run` looks (`limits.evaluationSeconds`). */
const stepMs = 15_000
const toldFrom = 0.5
const encoder = new TextEncoder()
const dedupeBytes = 16 * 1024 * 1024

function burnOf({ objective, tallies, budget }: ObjectiveState, from: number, to: number): readonly Burn[] {
  const counts = tallies.length === 1 && isCountable(objective) ? tallies[0]?.window(from, to) : undefined
  if (counts === undefined) return []
  const { id, severityClass, window } = objective
  const isCritical = severityClass === 'critical'
  return [{ objective: id, isCritical, rate: burnRate(counts, budget), periodMs: window.durationMs }]
}

export function rehearse(scenario: Scenario, objectives: readonly Objective[]): Rehearsal {
  const { rules } = loadOwnership('ownership.yaml', ownershipText(scenario))
  const attribution = attributionOf(rules, defaultPseudonymKey)
  const options = { output: 'json', objectives, attribution, at: undefined, dedupeBytes } as const
  const pipeline = replayPipeline({ ...options, futureToleranceMs: 0 }, () => Number.POSITIVE_INFINITY)
  pipeline.beginBatch()
  const counters = new ArrivalCounters(objectives, rules, scenario.start)
  const said: Said[] = []
  const look = (at: number): void => {
    const [surest] = diagnosesOf(pipeline)
    const isTold = surest !== undefined && surest.confidence >= toldFrom
    const mode = isTold ? surest.mode : null
    if (mode !== (said.at(-1)?.mode ?? null))
      said.push({ at, mode, identities: isTold ? surest.affected.identities : [] })
  }
  const timeline = new Timeline(
    stepMs,
    () => pipeline.statuses(),
    () => diagnosesOf(pipeline),
  )
  const sink = pipeline.sink()
  const counted = (events: readonly IdentityEvent[], take: () => void): void => {
    for (const event of events) counters.count(event)
    take()
  }
  const decoder = pipeline.decoderInto({
    events: (events, from) => counted(events, () => sink.events(events, from)),
    rejection: sink.rejection,
  })
  const telemetry = new OtlpTelemetry()
  const spans = pipeline.sink(undefined, { transport: 'otlp', lane: 'otlp' })
  const ofSpans = { offset: 0, arrival: undefined, source: sourceId }
  const takeSpans = (text: string): void => {
    const batch = telemetry.read('traces', 'json', encoder.encode(text))
    if (typeof batch === 'string') throw new Error(batch)
    telemetry.settle(batch, Number.POSITIVE_INFINITY, {
      events: (events) => counted(events, () => spans.events(events, ofSpans)),
      rejection: (rejection) => spans.rejection(rejection, ofSpans),
      duplicate: () => spans.duplicate(ofSpans),
      carried: () => undefined,
    })
  }
  const simulation = new Simulation(scenario)
  let records = 0
  let looked = 0
  for (const { arrival, log, text } of simulation.records()) {
    counters.arriving(arrival)
    timeline.arriving(arrival)
    if (arrival > looked) {
      look(looked)
      looked = Math.ceil(arrival / stepMs) * stepMs
    }
    records++
    if (log === 'otlp') takeSpans(text)
    else decoder.push(encoder.encode(`{"arrival":"${new Date(arrival).toISOString()}","record":${text}}\n`))
  }
  decoder.end()
  timeline.finish()
  return {
    scenario,
    truth: simulation.truth(),
    firings: firingsOf(timeline.transitions),
    said,
    burns: (from, to) => pipeline.engine.states.flatMap((state) => burnOf(state, from, to)),
    counters: counters.scraped,
    records,
  }
}
