/**
 * What counters of good and bad events show that are incremented as records arrive: no event time, no duplicates taken out,
 * no memory of former records. It is what an exporter without this engine can offer to Prometheus.
 */
import type { IdentityEvent } from '../../src/events/event.ts'
import { type OwnershipRule, ownerOf } from '../../src/events/ownership.ts'
import { availableIndicators } from '../../src/indicators/available.ts'
import { Engine } from '../../src/objectives/engine.ts'
import type { Objective } from '../../src/objectives/objective.ts'

export interface Scraped {
  /** Epoch ms. */
  readonly at: number
  readonly good: number
  readonly bad: number
}

export const scrapeMs = 30_000

/** Objectives whose error ratio is one of two counters. */
export function isCountable({ sli, budgeting }: Objective): boolean {
  return sli !== undefined && budgeting.method === 'Occurrences'
}

export class ArrivalCounters {
  readonly scraped: ReadonlyMap<string, Scraped[]>
  readonly #judge: Engine
  readonly #rules: readonly OwnershipRule[]
  readonly #counts: ReadonlyMap<string, { good: number; bad: number }>
  #due: number

  /** `start`: of the scenario, epoch ms. */
  constructor(objectives: readonly Objective[], rules: readonly OwnershipRule[], start: number) {
    const countable = objectives.filter(isCountable)
    this.#judge = new Engine(countable, availableIndicators, { fineMs: scrapeMs, slicesMs: scrapeMs })
    this.#rules = rules
    this.#counts = new Map(countable.map(({ id }) => [id, { good: 0, bad: 0 }]))
    this.scraped = new Map(countable.map(({ id }) => [id, []]))
    this.#due = start
  }

  /** Call before the records of an instant are counted; `at` never goes back. */
  arriving(at: number): void {
    for (; this.#due <= at; this.#due += scrapeMs)
      for (const [id, counts] of this.#counts) this.scraped.get(id)?.push({ at: this.#due, ...counts })
  }

  /** Before the engine has seen it: nothing is known of it that is not in its record. */
  count(event: IdentityEvent): void {
    const owner = ownerOf(this.#rules, event.identity, event.provider)
    for (const { id, indicator, options } of this.#judge.targetsFor(event, owner)) {
      const [key = ''] = decodeURIComponent(id).split('@')
      const counts = this.#counts.get(key)
      const verdict = indicator.judge(event, options)
      if (counts !== undefined && (verdict === 'good' || verdict === 'bad'))
        counts[verdict] += event.weight ?? 1
    }
  }
}
