import fc from 'fast-check'
import { describe, it } from 'vitest'
import { Dedupe } from '../../src/events/dedupe.ts'
import { availableIndicators } from '../../src/indicators/available.ts'
import { Engine } from '../../src/objectives/engine.ts'
import { evaluate } from '../../src/objectives/evaluate.ts'
import type { Objective } from '../../src/objectives/objective.ts'
import { arbitraryDeliveries, evaluatedObjective } from '../support/arbitrary-event.ts'
import { expectSame, oracleFor } from '../support/status-agreement.ts'
import type { Delivery } from '../support/verdict-oracle.ts'

const hour = 3_600_000
const day = 24 * hour
/** Neither the start of any bucket nor the end of any period. */
const newest = Date.UTC(2026, 9, 27, 13, 17, 43, 210)

function engineAfter(objectives: readonly Objective[], deliveries: readonly Delivery[]): Engine {
  const engine = new Engine(objectives, availableIndicators, { fineMs: 2 * hour, slicesMs: 200 * day })
  const dedupe = new Dedupe(16_000_000)
  for (const { event, owner } of deliveries)
    if (dedupe.isFirst(event.id, event.time)) engine.observe(event, engine.targetsFor(event, owner))
  return engine
}

/** From the newest event to days after it. */
const delay = fc.oneof(
  fc.constant(1),
  fc.integer({ min: 1, max: hour }),
  fc.integer({ min: 1, max: 2 * day }),
)

const rehearsals = fc.array(evaluatedObjective, { minLength: 1, maxLength: 3 }).chain((objectives) => {
  const named = objectives.map((objective, i) => ({ ...objective, id: `objective-${i}` }))
  const reach = Math.min(...named.map(({ window }) => Math.max(window.durationMs, 3 * day) + day))
  return fc.tuple(fc.constant(named), arbitraryDeliveries(newest, reach), delay)
})

describe('the engine', () => {
  it('says of any events and objectives what an oracle counts by hand, in every order of arrival', () => {
    fc.assert(
      fc.property(rehearsals, ([objectives, deliveries, later]) => {
        const at = newest + later
        for (const state of engineAfter(objectives, deliveries).states) {
          const status = evaluate(state, at)
          const oracle = oracleFor(state.objective, deliveries, at, state.burnWindowsMs)
          expectSame(status, oracle, state.objective)
        }
      }),
      { numRuns: 300 },
    )
  })

  it('counts the same after forgetting what can no longer change', () => {
    fc.assert(
      fc.property(rehearsals, ([objectives, deliveries, later]) => {
        const inOrder = deliveries.toSorted((a, b) => a.event.time - b.event.time)
        const engine = new Engine(objectives, availableIndicators, { fineMs: 2 * hour, slicesMs: 2 * hour })
        const dedupe = new Dedupe(16_000_000)
        for (const { event, owner } of inOrder) {
          if (dedupe.isFirst(event.id, event.time)) engine.observe(event, engine.targetsFor(event, owner))
          dedupe.prune(event.time - 2 * hour)
          engine.prune(event.time - 2 * hour)
        }
        for (const state of engine.states) {
          const oracle = oracleFor(state.objective, deliveries, newest + later, state.burnWindowsMs)
          expectSame(evaluate(state, newest + later), oracle, state.objective)
        }
      }),
      { numRuns: 100 },
    )
  })
})
