import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Dedupe } from '../../src/events/dedupe.ts'
import { availableIndicators } from '../../src/indicators/available.ts'
import { Engine } from '../../src/objectives/engine.ts'
import { evaluate } from '../../src/objectives/evaluate.ts'
import type { Objective } from '../../src/objectives/objective.ts'
import { contributorDimensions } from '../../src/objectives/objective-state.ts'
import { arbitraryDeliveries, evaluatedObjective } from '../support/arbitrary-event.ts'
import { ChunkStore } from '../support/chunk-store.ts'
import type { Delivery } from '../support/verdict-oracle.ts'

const hour = 3_600_000
const day = 24 * hour
const newest = Date.UTC(2026, 9, 27, 13, 17, 43, 210)

interface Run {
  readonly engine: Engine
  readonly dedupe: Dedupe
}

function aRun(objectives: readonly Objective[]): Run {
  return {
    engine: new Engine(objectives, availableIndicators, { fineMs: 2 * hour, slicesMs: 40 * day }),
    dedupe: new Dedupe(16_000_000, true),
  }
}

function observe({ engine, dedupe }: Run, deliveries: readonly Delivery[]): void {
  for (const { event, owner } of deliveries)
    if (dedupe.isFirst(event.id, event.time)) engine.observe(event, engine.targetsFor(event, owner))
}

/** Everything that can be asked of an engine. */
function answers({ engine }: Run): unknown {
  return engine.states.map((state) => {
    const { state: _, ...status } = evaluate(state, newest + 1)
    const tops = contributorDimensions.map((dimension) =>
      state.contributors(dimension, 0, newest + day).top(100),
    )
    return [status, tops, state.latencies(0, newest + day).entries(), state.seen, engine.totals]
  })
}

/** What comes between two saves, and whether the process ends after the second. */
const stretches = fc.array(fc.tuple(fc.integer({ min: 1, max: 30 }), fc.boolean()), { maxLength: 6 })
const rehearsals = fc
  .array(evaluatedObjective, { minLength: 1, maxLength: 3 })
  .map((objectives) => objectives.map((objective, i) => ({ ...objective, id: `a/${i}%` })))
  .chain((objectives) => fc.tuple(fc.constant(objectives), arbitraryDeliveries(newest, 4 * day), stretches))

describe('an engine that was saved now and then, ended and started again', () => {
  it('answers as one that was never stopped, when what was not saved is delivered again', () => {
    fc.assert(
      fc.property(rehearsals, ([objectives, deliveries, plan]) => {
        const whole = aRun(objectives)
        observe(whole, deliveries)

        const stores = { engine: new ChunkStore(), dedupe: new ChunkStore() }
        let run = aRun(objectives)
        let saved = 0
        for (const [count, ends] of plan) {
          observe(run, deliveries.slice(saved, saved + count))
          stores.engine.save(run.engine)
          stores.dedupe.save(run.dedupe)
          saved += count
          if (!ends) continue
          // Counted and not saved: lost with the process.
          observe(run, deliveries.slice(saved, saved + 10))
          run = aRun(objectives)
          stores.engine.restore(run.engine)
          stores.dedupe.restore(run.dedupe)
        }
        observe(run, deliveries.slice(saved))
        expect(answers(run)).toEqual(answers(whole))
      }),
      { numRuns: 150 },
    )
  })
})
