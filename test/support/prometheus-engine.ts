/** The engine over the traffic that Prometheus scrapes: what it says at the instants at which rules were evaluated. */
import { evaluate, type ObjectiveStatus } from '../../src/objectives/evaluate.ts'
import type { Objective } from '../../src/objectives/objective.ts'
import { ObjectiveState } from '../../src/objectives/objective-state.ts'
import { aFailedTokenRequest, aTokenRequest } from './event.ts'
import { anObjective, aTarget, rollingDays } from './objective.ts'
import { arrivals, type Traffic } from './prometheus-traffic.ts'

const hourMs = 3_600_000

/** 99.5 % over 30 days. */
export function objectiveOf({ name }: Traffic): Objective {
  return anObjective({ service: 'shop', name, target: aTarget('99.5'), window: rollingDays(30) })
}

interface Rates {
  readonly errorRatio: number
  /** Error ratio over budget. */
  readonly rate: number
}

/** By window; the whole period is one of them. */
export type EngineReading = ReadonlyMap<string, Rates>

function readingOf({ state, burnReadings, errorRatio, burnRate }: ObjectiveStatus): EngineReading {
  const readings = new Map<string, Rates>(burnReadings.map((reading) => [reading.window, reading]))
  return readings.set(state.objective.window.text, { errorRatio, rate: burnRate })
}

/**
 * At each instant, with all that was read before it. @param instants epoch ms
 * @param delayMs windows end this much before the instant
 */
export function engineReadings(
  traffic: Traffic,
  instants: readonly number[],
  delayMs = 0,
): ReadonlyMap<number, EngineReading> {
  const state = new ObjectiveState(objectiveOf(traffic), { fineMs: 2 * hourMs, slicesMs: hourMs })
  const readings = new Map<number, EngineReading>()
  const pending = instants.toSorted((a, b) => b - a)
  const readUntil = (at: number): void => {
    for (let next = pending.at(-1); next !== undefined && next <= at; next = pending.at(-1)) {
      readings.set(next, readingOf(evaluate(state, next - delayMs)))
      pending.pop()
    }
  }
  for (const { at, time, good, bad } of arrivals(traffic)) {
    readUntil(at)
    if (good > 0) state.record(aTokenRequest({ time }), 0, 'good', good)
    if (bad > 0) state.record(aFailedTokenRequest({ time }), 0, 'bad', bad)
  }
  readUntil(Number.POSITIVE_INFINITY)
  return readings
}
