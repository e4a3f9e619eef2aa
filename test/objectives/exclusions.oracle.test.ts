import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Dedupe } from '../../src/events/dedupe.ts'
import { availableIndicators } from '../../src/indicators/available.ts'
import { Engine } from '../../src/objectives/engine.ts'
import { evaluate, type ObjectiveStatus } from '../../src/objectives/evaluate.ts'
import type { Exclusion, Objective, Where } from '../../src/objectives/objective.ts'
import { arbitraryDeliveries, evaluatedObjective } from '../support/arbitrary-event.ts'
import { ChunkStore } from '../support/chunk-store.ts'
import { anExclusion, type Span } from '../support/exclusion.ts'
import { anObjective } from '../support/objective.ts'
import type { OracleExclusion } from '../support/slo-oracle.ts'
import { expectSame, oracleFor } from '../support/status-agreement.ts'
import type { Delivery } from '../support/verdict-oracle.ts'

const second = 1000
const minute = 60 * second
const hour = 60 * minute
const day = 24 * hour
/** Neither the start of any bucket nor the end of any period. */
const newest = Date.UTC(2026, 9, 27, 13, 17, 43, 210)
const retention = { fineMs: 2 * hour, slicesMs: 200 * day }

/** Near the newest event as often as long before it; from nothing to days long; some at the ends of buckets. */
const span: fc.Arbitrary<Span> = fc
  .record({
    back: fc.oneof(
      fc.nat(10 * minute),
      fc.nat(3 * hour),
      fc.nat(4 * day),
      fc.nat(95 * day),
      fc.integer({ min: -hour, max: 0 }),
    ),
    length: fc.oneof(fc.constant(0), fc.nat(minute), fc.nat(hour), fc.nat(2 * day), fc.nat(40 * day)),
    step: fc.constantFrom(1, 1, 10 * second, 5 * minute, hour),
  })
  .map(({ back, length, step }) => {
    const from = Math.floor((newest - back) / step) * step
    return { from, to: from + Math.floor(length / step) * step }
  })
  .filter(({ from, to }) => from < to)

const wheres: readonly Where[] = [
  { app: ['checkout'] },
  { app: ['checkout', 'search'] },
  { identity: ['worker'] },
  { service: ['storage'] },
  { workload: ['pod-*'], tenant: ['tenant-1'] },
  { identity: ['checkout-*', 'alice'] },
]

interface Plan {
  readonly exclusions: readonly Exclusion[]
  readonly oracle: readonly OracleExclusion[]
}

/** Up to four exclusions of one to three spans each; slices can be left out whole only. */
function plans(objective: Objective): fc.Arbitrary<Plan> {
  const where =
    objective.budgeting.method === 'Occurrences'
      ? fc.oneof(fc.constant(undefined), fc.constantFrom(...wheres))
      : fc.constant(undefined)
  const one = fc.record({ spans: fc.array(span, { minLength: 1, maxLength: 3 }), where })
  return fc.array(one, { minLength: 1, maxLength: 4 }).map((all) => ({
    exclusions: all.map(({ spans, where: of }, i) => anExclusion(spans, of, `window-${i}`)),
    oracle: all.flatMap(({ spans, where: of }) => spans.map((each) => ({ ...each, where: of }))),
  }))
}

const wholePlan = plans(anObjective())

function onlyWhole({ exclusions, oracle }: Plan): Plan {
  return {
    exclusions: exclusions.filter(({ where }) => where === undefined),
    oracle: oracle.filter(({ where }) => where === undefined),
  }
}

const later = fc.oneof(
  fc.constant(1),
  fc.integer({ min: 1, max: hour }),
  fc.integer({ min: 1, max: 2 * day }),
)

interface Rehearsal {
  readonly objective: Objective
  readonly deliveries: readonly Delivery[]
  readonly plan: Plan
  readonly at: number
}

const rehearsal: fc.Arbitrary<Rehearsal> = evaluatedObjective.chain((objective) =>
  fc.record({
    objective: fc.constant(objective),
    deliveries: arbitraryDeliveries(newest, Math.max(objective.window.durationMs, 3 * day) + day),
    plan: plans(objective),
    at: later.map((ms) => newest + ms),
  }),
)

class Run {
  engine: Engine
  readonly #dedupe = new Dedupe(16_000_000)
  readonly #store = new ChunkStore()

  constructor(objective: Objective) {
    this.engine = new Engine([objective], availableIndicators, retention)
  }

  observe(deliveries: readonly Delivery[]): this {
    for (const { event, owner } of deliveries)
      if (this.#dedupe.isFirst(event.id, event.time))
        this.engine.observe(event, this.engine.targetsFor(event, owner))
    return this
  }

  reload(objective: Objective): this {
    this.engine = new Engine([objective], availableIndicators, retention, this.engine)
    return this
  }

  /** Ends the process, and starts one with the definition as it is then. */
  restart(objective: Objective): this {
    this.#store.save(this.engine)
    this.engine = this.#store.restore(new Engine([objective], availableIndicators, retention))
    return this
  }

  status(at: number): ObjectiveStatus {
    const [state] = this.engine.states
    if (state === undefined) throw new Error('an engine has a state for each objective')
    return evaluate(state, at)
  }
}

function expectOracle(status: ObjectiveStatus, { objective, deliveries, plan, at }: Rehearsal): void {
  const windows = status.state.burnWindowsMs
  expectSame(status, oracleFor(objective, deliveries, at, windows, plan.oracle), objective)
  const before = status.beforeExclusions
  const plain = oracleFor(objective, deliveries, at, windows)
  expect(before?.counts).toEqual(plain.counts)
  expect(before?.value).toBeCloseTo(plain.value, 12)
  expect(before?.errorBudgetRemaining).toBeCloseTo(plain.remaining, 8)
}

describe('an objective with exclusions', () => {
  it('says after them, and before them, what an oracle counts by hand, in every order of arrival', () => {
    fc.assert(
      fc.property(rehearsal, (given) => {
        const { objective, deliveries, plan, at } = given
        const status = new Run({ ...objective, exclusions: plan.exclusions }).observe(deliveries).status(at)
        expectOracle(status, given)
        expect(status.beforeExclusions?.partialBefore).toBeUndefined()
      }),
      { numRuns: 300 },
    )
  })

  it('applies exclusions of all events to the past when they are loaded, and gives back what they no longer take', () => {
    fc.assert(
      fc.property(rehearsal, wholePlan, fc.nat(80), fc.boolean(), (given, other, cut, restarts) => {
        const { objective, deliveries, at } = given
        const plan = onlyWhole(given.plan)
        const run = new Run({ ...objective, exclusions: onlyWhole(other).exclusions })
        run.observe(deliveries.slice(0, cut))
        const changed = { ...objective, exclusions: plan.exclusions }
        if (restarts) run.restart(changed)
        else run.reload(changed)
        const status = run.observe(deliveries.slice(cut)).status(at)
        expectSame(
          status,
          oracleFor(objective, deliveries, at, status.state.burnWindowsMs, plan.oracle),
          objective,
        )
        expect(status.beforeExclusions?.partialBefore).toBeUndefined()
        expect(run.reload(objective).status(at).beforeExclusions).toBeUndefined()
        expectSame(
          run.status(at),
          oracleFor(objective, deliveries, at, status.state.burnWindowsMs),
          objective,
        )
      }),
      { numRuns: 150 },
    )
  })

  it('moves the times of an exclusion with a `where` at once, over reloads and restarts', () => {
    fc.assert(
      fc.property(
        rehearsal,
        fc.array(span, { minLength: 1, maxLength: 6 }),
        fc.array(fc.tuple(fc.nat(40), fc.boolean()), { maxLength: 3 }),
        (given, spans, stops) => {
          const { objective, deliveries, plan, at } = given
          const moved = plan.exclusions.map((each, i) =>
            anExclusion([spans[i % spans.length] as Span], each.where),
          )
          const oracle = plan.exclusions.map(({ where }, i) => ({
            ...(spans[i % spans.length] as Span),
            where,
          }))
          const run = new Run({ ...objective, exclusions: plan.exclusions })
          let from = 0
          for (const [count, restarts] of stops) {
            run.observe(deliveries.slice(from, from + count))
            from += count
            const next = { ...objective, exclusions: moved }
            if (restarts) run.restart(next)
            else run.reload(next)
          }
          run.reload({ ...objective, exclusions: moved })
          const status = run.observe(deliveries.slice(from)).status(at)
          expectSame(
            status,
            oracleFor(objective, deliveries, at, status.state.burnWindowsMs, oracle),
            objective,
          )
          expect(status.beforeExclusions?.partialBefore).toBeUndefined()
        },
      ),
      { numRuns: 150 },
    )
  })
})
