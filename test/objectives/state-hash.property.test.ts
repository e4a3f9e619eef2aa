/** Promise 4: arrival order, batching and partitioning change no result, down to the bytes that are kept. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Dedupe } from '../../src/events/dedupe.ts'
import { availableIndicators } from '../../src/indicators/available.ts'
import type { Verdict } from '../../src/indicators/indicator.ts'
import { LatencySketch } from '../../src/indicators/latency-sketch.ts'
import { retentionFor, Tally } from '../../src/indicators/tally.ts'
import { Contributors } from '../../src/objectives/contributors.ts'
import { Engine } from '../../src/objectives/engine.ts'
import type { Objective } from '../../src/objectives/objective.ts'
import { arbitraryDeliveries, evaluatedObjective } from '../support/arbitrary-event.ts'
import { ChunkStore } from '../support/chunk-store.ts'
import { anExclusion } from '../support/exclusion.ts'
import { digestOf, stateDigest } from '../support/state-digest.ts'
import type { Delivery } from '../support/verdict-oracle.ts'

const hour = 3_600_000
const day = 24 * hour
const newest = Date.UTC(2026, 9, 27, 13, 17, 43, 210)
const latenessMs = 3 * day

/** Objectives with and without exclusions that tell events apart. */
const objectives: fc.Arbitrary<readonly Objective[]> = fc
  .array(fc.tuple(evaluatedObjective, fc.boolean()), { minLength: 1, maxLength: 3 })
  .map((all) =>
    all.map(([objective, isApart], i) => ({
      ...objective,
      id: `a/${i}%`,
      exclusions: isApart
        ? [anExclusion([], { identity: ['api'] }), anExclusion([], { service: ['sto*'] })]
        : [],
    })),
  )

class Run {
  engine: Engine
  readonly store = new ChunkStore()
  readonly #objectives: readonly Objective[]
  readonly #dedupe = new Dedupe(16_000_000)

  constructor(all: readonly Objective[]) {
    this.#objectives = all
    this.engine = this.#fresh()
  }

  #fresh(): Engine {
    return new Engine(this.#objectives, availableIndicators, { fineMs: 2 * hour, slicesMs: latenessMs })
  }

  observe(deliveries: readonly Delivery[]): this {
    for (const { event, owner } of deliveries)
      if (this.#dedupe.isFirst(event.id, event.time))
        this.engine.observe(event, this.engine.targetsFor(event, owner))
    return this
  }

  save(): this {
    this.store.save(this.engine)
    return this
  }

  restart(): this {
    this.engine = this.store.restore(this.#fresh())
    return this
  }

  digest(): string {
    this.save()
    return digestOf(this.store)
  }
}

const rehearsal = fc.record({ all: objectives, deliveries: arbitraryDeliveries(newest, 2 * day) })

function shuffled<T>(items: readonly T[]): fc.Arbitrary<readonly T[]> {
  return fc.shuffledSubarray([...items], { minLength: items.length })
}

describe('the state of an engine is the same to the byte', () => {
  it('in every order of arrival, with repetitions anywhere', () => {
    const run = rehearsal.chain((given) => fc.tuple(fc.constant(given), shuffled(given.deliveries)))
    fc.assert(
      fc.property(run, ([{ all, deliveries }, again]) => {
        const digest = new Run(all).observe(deliveries).digest()
        expect(new Run(all).observe(again).digest()).toBe(digest)
        // The hash would notice: one event less is another one.
        const [first] = deliveries
        const others = deliveries.filter(({ event }) => event.id !== first?.event.id)
        const totals = (run: Run) => JSON.stringify(run.engine.totals)
        const less = new Run(all).observe(others)
        if (totals(less) !== totals(new Run(all).observe(deliveries))) expect(less.digest()).not.toBe(digest)
      }),
      { numRuns: 150 },
    )
  })

  it('in whatever batches it was saved, and however often it was started again in between', () => {
    const stops = fc.array(fc.tuple(fc.nat(30), fc.boolean()), { maxLength: 8 })
    fc.assert(
      fc.property(rehearsal, stops, ({ all, deliveries }, plan) => {
        const whole = new Run(all).observe(deliveries).digest()
        const run = new Run(all)
        let from = 0
        for (const [count, restarts] of plan) {
          run.observe(deliveries.slice(from, from + count)).save()
          from += count
          if (restarts) run.restart()
        }
        expect(run.observe(deliveries.slice(from)).digest()).toBe(whole)
      }),
      { numRuns: 150 },
    )
  })

  it('over however many partitions the events are split, and whichever is read first', () => {
    const split = fc.record({
      partitionOf: fc.array(fc.nat(4), { minLength: 200, maxLength: 200 }),
      turns: fc.array(fc.tuple(fc.nat(4), fc.integer({ min: 1, max: 20 })), { maxLength: 60 }),
    })
    fc.assert(
      fc.property(rehearsal, split, ({ all, deliveries }, { partitionOf, turns }) => {
        const whole = new Run(all).observe(deliveries).digest()
        const partitions = [0, 1, 2, 3, 4].map((partition) =>
          deliveries
            .filter((_, i) => partitionOf[i % partitionOf.length] === partition)
            .toSorted((a, b) => a.event.time - b.event.time),
        )
        const run = new Run(all)
        for (const [partition, count] of turns) run.observe(partitions[partition]?.splice(0, count) ?? [])
        for (const rest of partitions) run.observe(rest)
        expect(run.digest()).toBe(whole)
      }),
      { numRuns: 100 },
    )
  })

  it('when old events are forgotten early or late, as long as none comes later than is allowed', () => {
    fc.assert(
      fc.property(rehearsal, fc.array(fc.nat(80), { maxLength: 4 }), ({ all, deliveries }, cuts) => {
        const prune = (run: Run): Run => {
          run.engine.prune(newest - latenessMs)
          return run
        }
        const whole = prune(new Run(all).observe(deliveries)).digest()
        const run = new Run(all)
        let from = 0
        for (const cut of cuts.toSorted((a, b) => a - b)) {
          prune(run.observe(deliveries.slice(from, cut)))
          from = Math.max(from, cut)
        }
        expect(prune(run.observe(deliveries.slice(from))).digest()).toBe(whole)
      }),
      { numRuns: 100 },
    )
  })
})

describe('parts that were counted apart', () => {
  const additions = fc.array(
    fc.record({
      time: fc.nat(40 * 24 * 60).map((minutes) => newest - minutes * 60_000),
      verdict: fc.constantFrom<Verdict>('good', 'bad', 'excluded'),
      key: fc.nat(20).map((n) => `identity-${n}`),
      latencyMs: fc.nat(5000),
      part: fc.nat(3),
    }),
    { maxLength: 80, size: 'max' },
  )
  const merging = additions.chain((all) => fc.tuple(fc.constant(all), shuffled(all), shuffled([0, 1, 2, 3])))

  it('are, merged in any order, the whole to the byte: buckets, contributors and latencies', () => {
    fc.assert(
      fc.property(merging, ([all, arrived, order]) => {
        const count = (of: typeof all) => {
          const tally = new Tally(retentionFor(30 * day))
          const contributors = new Contributors(64)
          const latencies = new LatencySketch()
          for (const { time, verdict, key, latencyMs } of of) {
            tally.add(time, verdict)
            contributors.add(key, 1)
            latencies.add(latencyMs)
          }
          return { tally, contributors, latencies }
        }
        const whole = count(all)
        const merged = count([])
        for (const part of order) {
          const other = count(arrived.filter((each) => each.part === part))
          merged.tally.merge(other.tally)
          merged.contributors.merge(other.contributors)
          merged.latencies.merge(other.latencies)
        }
        expect(stateDigest(merged.tally)).toBe(stateDigest(whole.tally))
        expect(merged.contributors.entries()).toEqual(whole.contributors.entries())
        expect([merged.contributors.unseen, whole.contributors.unseen]).toEqual([0, 0])
        expect(merged.latencies.entries()).toEqual(whole.latencies.entries())
      }),
      { numRuns: 100 },
    )
  })
})

describe('more failing identities than there are places', () => {
  it('are told in an order-dependent way, within bounds that hold in every order', () => {
    const additions = fc.array(fc.tuple(fc.nat(150), fc.integer({ min: 1, max: 5 })), {
      minLength: 100,
      maxLength: 400,
      size: 'max',
    })
    const run = additions.chain((all) => fc.tuple(fc.constant(all), shuffled(all), fc.nat(400)))
    fc.assert(
      fc.property(run, ([all, arrived, cut]) => {
        const exact = new Map<string, number>()
        for (const [n, count] of all) exact.set(`id-${n}`, (exact.get(`id-${n}`) ?? 0) + count)
        const count = (of: typeof all): Contributors => {
          const contributors = new Contributors(64)
          for (const [n, bad] of of) contributors.add(`id-${n}`, bad)
          return contributors
        }
        const merged = count(arrived.slice(cut) as typeof all)
        merged.merge(count(arrived.slice(0, cut) as typeof all))
        for (const contributors of [count(all), count([...arrived]), merged]) {
          const listed = new Map(contributors.top(64).map((each) => [each.key, each]))
          for (const [key, did] of exact) {
            const { bad = 0, error = 0 } = listed.get(key) ?? {}
            expect(did).toBeGreaterThanOrEqual(bad - error)
            expect(did).toBeLessThanOrEqual(bad + contributors.unseen)
          }
        }
      }),
      { numRuns: 60 },
    )
  })
})
