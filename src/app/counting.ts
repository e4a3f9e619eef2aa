/** One event that is new and in time: hidden where it has to be, enriched, judged, counted. Holds what counts. */

import { EvidenceBook } from '../diagnosis/evidence-book.ts'
import { latest, type Stateful } from '../events/chunk.ts'
import type { AssignmentChange, IdentityEvent } from '../events/event.ts'
import { FallbackBook } from '../events/fallback/fallback-book.ts'
import type { Uses } from '../events/fallback/waiting-uses.ts'
import { type LedgerKnowledge, TokenLedger } from '../events/ledger/token-ledger.ts'
import { ownerOf } from '../events/ownership.ts'
import { isFlow, isPlanned } from '../events/planned-flows.ts'
import { pseudonymise } from '../events/pseudonyms.ts'
import type { Baseline } from '../inventory/drift/baseline.ts'
import { Engine } from '../objectives/engine.ts'
import type { Objective } from '../objectives/objective.ts'
import { EventCounters } from '../outputs/event-counters.ts'
import { ActivityBook } from './activity-book.ts'
import { fixedSeries } from './fixed-series.ts'
import { IdentityBook, type IdentityBookOptions } from './identity-book.ts'
import { InventoryBook } from './inventory-book.ts'
import type { PipelineOptions } from './pipeline-options.ts'

const fineMs = 2 * 3_600_000

export class Counting {
  readonly counters: EventCounters
  readonly ledger: TokenLedger
  readonly fallbacks: FallbackBook
  readonly activity: ActivityBook
  readonly evidence: EvidenceBook
  readonly inventory: InventoryBook
  /** What changes of rights are held against; without one they are neither expected nor unexpected. */
  baseline: Baseline | undefined
  #options: PipelineOptions
  #engine: Engine
  #identities: IdentityBook

  constructor(options: PipelineOptions) {
    this.#options = options
    this.#engine = new Engine(options.objectives, options.indicators, { fineMs, slicesMs: options.slicesMs })
    this.counters = new EventCounters(options.maxSeries - this.#fixedSeries())
    this.#identities = new IdentityBook(options, this.#engine, this.counters)
    this.ledger = new TokenLedger({ ...options.ledger, isDurable: options.isDurable })
    this.fallbacks = new FallbackBook({ isDurable: options.isDurable })
    this.activity = new ActivityBook(options.maxSeries)
    this.inventory = new InventoryBook(options.hasInventory ?? false)
    this.evidence = new EvidenceBook({ isDurable: options.isDurable })
  }

  get rules(): PipelineOptions['rules'] {
    return this.#options.rules
  }

  get engine(): Engine {
    return this.#engine
  }

  get identities(): IdentityBook {
    return this.#identities
  }

  /** New definitions: objectives that count the same keep their history, others start empty. */
  replaceObjectives(objectives: readonly Objective[], attribution: IdentityBookOptions): void {
    const retention = { fineMs, slicesMs: this.#options.slicesMs }
    this.#engine = new Engine(objectives, this.#options.indicators, retention, this.#engine)
    this.#options = { ...this.#options, ...attribution }
    this.counters.maxSeries = this.#options.maxSeries - this.#fixedSeries()
    this.#identities = new IdentityBook(this.#options, this.#engine, this.counters, this.#identities)
  }

  /** The cap is for all of /metrics: what is left over is for label sets of events. */
  #fixedSeries(): number {
    const { connectors, hasInventory = false, maxSeries } = this.#options
    return fixedSeries(this.#engine.states, connectors.length + 1, hasInventory, maxSeries)
  }

  observe(raw: IdentityEvent): void {
    const identities = this.#identities
    const entry = identities.entryOf(raw)
    raw.app = entry.owner.app
    const isPlain = entry.identity === entry.raw && (raw.kind === 'token.request' || raw.kind === 'token.use')
    const event = isPlain ? raw : pseudonymise(raw, this.#options.policy, this.#options.pseudonym)
    event.identity = entry.identity
    if (event.kind === 'assignment.change') this.#judgeChange(event, raw)
    const learned = this.ledger.enrich(event)
    const fallbacks = this.fallbacks.enrich(event, entry.owner, entry.holder)
    const route = identities.routeOf(event, entry)
    if (route.flows !== undefined && isFlow(event)) event.planned = isPlanned(route.flows, event)
    route.series.count(event)
    this.#engine.observe(event, route.targets)
    identities.count(entry, event)
    this.activity.observe(event)
    this.evidence.observe(event, entry.evidence)
    this.inventory.learn(event)
    for (const one of learned) this.#learn(one)
    for (const one of fallbacks) this.#learnFallback(one)
  }

  #judgeChange(event: AssignmentChange, raw: IdentityEvent): void {
    const before = raw.kind === 'assignment.change' ? raw : event
    if (this.baseline !== undefined) event.expected = this.baseline.accountFor(event, before) !== undefined
  }

  /** An earlier event, hidden already where it has to be, about which something is known only now. */
  #learn({ event, aspect, hadAge }: LedgerKnowledge): void {
    const { tallies } = this.#identities
    const tally = tallies.of(event.identity, event.provider)
    const { owner } = tally
    this.#engine.learn(event, owner, aspect)
    if (aspect === 'age' && !hadAge) this.evidence.learnAge(event)
    if (aspect === 'age') tallies.learnAge(tally, event)
    this.counters.seriesFor(event, owner.app).learn(event, aspect, hadAge)
    this.activity.learn(event, aspect)
  }

  #learnFallback({ event, times }: Uses): void {
    const { owner } = this.#identities.tallies.of(event.identity, event.provider)
    this.#engine.learn(event, owner, 'fallback', times)
    this.evidence.observeStatic(event)
    const series = this.counters.seriesFor(event, owner.app)
    for (const _ of times) series.learn(event, 'fallback', false)
  }

  /** A change of rights that no event told of and only lists show. As they write it: people are hidden already, and the inventory has it. */
  countSilent(change: AssignmentChange): void {
    const owner = ownerOf(this.rules, change.identity, change.provider)
    const event = { ...change, app: owner.app }
    this.counters.seriesFor(event, owner.app).count(event)
    this.activity.observe(event)
    this.#engine.observe(event, this.#engine.targetsFor(event, owner))
    this.evidence.observe(event)
  }

  /** Lets go of what lies before `floor`, epoch ms. */
  prune(floor: number): void {
    this.ledger.prune(floor)
    this.fallbacks.prune(floor)
    this.evidence.prune(floor)
    this.activity.prune(floor)
    this.inventory.prune(floor)
    this.#engine.prune(floor)
  }

  /** What has to be kept, by prefix of its chunks. */
  parts(): ReadonlyMap<string, Stateful> {
    return new Map<string, Stateful>([
      ...this.activity.parts(),
      ['counters/', this.counters],
      ['engine/', latest(() => this.#engine)],
      ['evidence/', this.evidence],
      ['fallback/', this.fallbacks],
      ['identities/', latest(() => this.#identities.tallies)],
      ...this.inventory.parts(),
      ['ledger/', this.ledger],
    ])
  }
}
