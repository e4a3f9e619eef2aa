/** Records in, tallies out: decode, dedupe, attribute, judge, count. One instance holds one run's whole state. */

import { type Decoded, type DecodedSink, Decoder, DecoderPlan } from '../connectors/decode.ts'
import { EvidenceBook } from '../diagnosis/evidence-book.ts'
import { latest, type Stateful } from '../events/chunk.ts'
import { Dedupe } from '../events/dedupe.ts'
import type { AssignmentChange, IdentityEvent } from '../events/event.ts'
import { FallbackBook } from '../events/fallback/fallback-book.ts'
import type { Uses } from '../events/fallback/waiting-uses.ts'
import { type LedgerKnowledge, TokenLedger } from '../events/ledger/token-ledger.ts'
import { ownerOf } from '../events/ownership.ts'
import { isFlow, isPlanned } from '../events/planned-flows.ts'
import { pseudonymise } from '../events/pseudonyms.ts'
import { isIrrelevant, type Rejection, reject } from '../events/rejection.ts'
import type { Lane, WatermarkLimits } from '../events/watermark.ts'
import type { Baseline } from '../inventory/drift/baseline.ts'
import { Engine } from '../objectives/engine.ts'
import { evaluate, type ObjectiveStatus } from '../objectives/evaluate.ts'
import type { Objective } from '../objectives/objective.ts'
import { EventCounters } from '../outputs/event-counters.ts'
import { inflate } from '../platform/inflate.ts'
import type { BatchTelemetry } from './batch-telemetry.ts'
import { DriftWatch } from './drift-watch.ts'
import { EventSpan } from './event-span.ts'
import { fixedSeries } from './fixed-series.ts'
import { IdentityBook, type IdentityBookOptions } from './identity-book.ts'
import { InventoryBook } from './inventory-book.ts'
import type { PipelineOptions } from './pipeline-options.ts'
import { SourceBook, type SourceEntry } from './source-book.ts'
import type { EventSink, StreamListener, StreamPlace } from './streams.ts'
import { WatchedDecoder } from './watched-decoder.ts'

const pruneEveryMs = 3_600_000
const settleEveryMs = 1000
const defaultIdleMs = 60_000
const fineMs = 2 * 3_600_000

export class Pipeline {
  readonly counters: EventCounters
  readonly sources = new SourceBook()
  readonly dedupe: Dedupe
  readonly ledger: TokenLedger
  readonly fallbacks: FallbackBook
  readonly evidence = new EvidenceBook()
  readonly inventory: InventoryBook
  readonly drift: DriftWatch
  #options: PipelineOptions
  readonly #plan: DecoderPlan
  #engine: Engine
  #identities: IdentityBook
  readonly #span = new EventSpan()
  #pruneAt = Number.NEGATIVE_INFINITY
  #settleAt = Number.NEGATIVE_INFINITY
  /** While the logs that were there at the start are read, old events are a backlog and not late. */
  #isCatchingUp = false
  /** Of the current batch. */
  #batch = 0
  #now = Number.NaN
  #steadyNow = Number.NaN
  #latest = Number.POSITIVE_INFINITY

  constructor(options: PipelineOptions) {
    this.#options = options
    this.#plan = new DecoderPlan(options.connectors)
    this.#engine = new Engine(options.objectives, options.indicators, { fineMs, slicesMs: options.slicesMs })
    this.counters = new EventCounters(options.maxSeries - this.#fixedSeries())
    this.#identities = new IdentityBook(options, this.#engine, this.counters)
    this.dedupe = new Dedupe(options.dedupeBytes, options.isDurable)
    this.ledger = new TokenLedger({ ...options.ledger, isDurable: options.isDurable })
    this.fallbacks = new FallbackBook({ isDurable: options.isDurable })
    this.inventory = new InventoryBook(options.hasInventory ?? false)
    this.drift = new DriftWatch({
      ...{ inventory: this.inventory.inventory, sources: this.sources, limits: this.watermarkLimits },
      ...{ now: options.now, steadyMs: options.steadyMs ?? options.now },
    })
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
    const { connectors, hasInventory = false } = this.#options
    return fixedSeries(this.#engine.states, connectors.length + 1, hasInventory)
  }

  /** Whether a backlog is being read: until it is, nothing in it is late. */
  set isCatchingUp(isIt: boolean) {
    if (this.#isCatchingUp === isIt) return
    this.#isCatchingUp = isIt
    this.#settle()
  }

  /** What changes of rights are held against; without one they are neither expected nor unexpected. */
  baseline: Baseline | undefined

  /** Told of the work on each batch, where telemetry is on. */
  batches: BatchTelemetry | undefined

  /** A decoder for one stream of bytes whose records are counted here. */
  decoder(listener?: StreamListener, place: StreamPlace = { transport: 'files', lane: 'files' }): Decoder {
    const sink = this.sink(listener, place)
    if (this.batches === undefined) return new Decoder(this.#plan, inflate, sink)
    return new WatchedDecoder(place.transport, this.batches, this.#plan, inflate, sink)
  }

  /** A decoder whose records are not counted here: they go to `sink`. */
  decoderInto(sink: DecodedSink): Decoder {
    return new Decoder(this.#plan, inflate, sink)
  }

  /** Counts what was decoded of one stream. */
  sink(listener?: StreamListener, place: StreamPlace = { transport: 'files', lane: 'files' }): EventSink {
    let source: SourceEntry | undefined
    let lane: Lane | undefined
    let batch = -1
    return {
      events: (events, from) => {
        // Looked up once a batch: an idle lane is forgotten between batches.
        if (source?.id !== from.source || batch !== this.#batch || lane === undefined) {
          source = this.sources.of(from.source)
          lane = source.watermark.lane(place.lane)
          batch = this.#batch
          lane.readAt = this.#steadyNow
          source.lastReadAt = this.#now
        }
        this.#events(events, from, source, lane, listener)
      },
      rejection: (rejection, from) => this.#rejection(rejection, from, listener),
      duplicate: (from) => {
        this.sources.of(from.source).count('duplicate')
        listener?.counted('duplicate')
      },
    }
  }

  /** Epoch ms, when the current batch began. */
  get now(): number {
    return this.#now
  }

  /** Events that are stamped later are ahead of the clock, epoch ms; of the current batch. */
  get latest(): number {
    return this.#latest
  }

  /** What has to be kept so that a later process goes on where this one was, by prefix of its chunks. */
  parts(): ReadonlyMap<string, Stateful> {
    return new Map<string, Stateful>([
      ['counters/', this.counters],
      ['dedupe/', this.dedupe],
      ...this.drift.parts(),
      ['engine/', latest(() => this.#engine)],
      ['fallback/', this.fallbacks],
      ['identities/', latest(() => this.#identities.tallies)],
      ...this.inventory.parts(),
      ['ledger/', this.ledger],
      ['pipeline/', this.#span],
      ['sources/', this.sources],
    ])
  }

  /** Time of the newest event that counted, epoch ms. */
  get newest(): number {
    return this.#span.newest
  }

  /** Call before a batch of records: looks at the clock once, not once an event. */
  beginBatch(): void {
    this.#batch++
    this.#now = this.#options.now()
    this.#steadyNow = this.#options.steadyMs?.() ?? this.#now
    this.#latest = this.#now + this.#options.futureToleranceMs
    if (this.#steadyNow >= this.#settleAt) this.#settle()
  }

  #events(
    events: readonly IdentityEvent[],
    from: Decoded,
    source: SourceEntry,
    lane: Lane,
    listener: StreamListener | undefined,
  ): void {
    let isNew = false
    let isRelevant = false
    let isLate = false
    for (const event of events) {
      if (event.time > this.#latest) {
        const message =
          'the record is stamped further ahead of the clock than is allowed: check the clock of its sender'
        this.#rejection(reject('future_time', message), from, listener)
        return
      }
      if (this.#options.until !== undefined && event.time >= this.#options.until) continue
      isRelevant = true
      if (event.time < this.#span.floor) {
        isLate = true
        source.lateEvents++
      } else if (this.dedupe.isFirst(event.id, event.time)) {
        isNew = true
        this.#observe(event)
        if (event.time > lane.newest) source.advance(lane, event.time, this.#now)
      } else source.duplicateEvents++
    }
    const result = !isRelevant ? 'irrelevant' : isNew ? 'accepted' : isLate ? 'late' : 'duplicate'
    source.count(result)
    listener?.counted(result)
  }

  #observe(raw: IdentityEvent): void {
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
    this.evidence.observe(event)
    this.inventory.learn(event)
    this.#span.take(event.time)
    for (const one of learned) this.#learn(one)
    for (const one of fallbacks) this.#learnFallback(one)
  }

  #judgeChange(event: AssignmentChange, raw: IdentityEvent): void {
    const before = raw.kind === 'assignment.change' ? raw : event
    if (this.baseline !== undefined) event.expected = this.baseline.accountFor(event, before) !== undefined
  }

  /** An earlier event, hidden already where it has to be, about which something is known only now. */
  #learn({ event, aspect, hadAge }: LedgerKnowledge): void {
    const { owner } = this.#identities.tallies.of(event.identity, event.provider)
    this.#engine.learn(event, owner, aspect)
    if (aspect === 'age' && !hadAge) this.evidence.learnAge(event)
    this.counters.seriesFor(event, owner.app).learn(event, aspect, hadAge)
  }

  #learnFallback({ event, times }: Uses): void {
    const { owner } = this.#identities.tallies.of(event.identity, event.provider)
    this.#engine.learn(event, owner, 'fallback', times)
    const series = this.counters.seriesFor(event, owner.app)
    for (const _ of times) series.learn(event, 'fallback', false)
  }

  /** How long streams are waited for. */
  get watermarkLimits(): WatermarkLimits {
    const { idleMs = defaultIdleMs, allowedLatenessMs = Number.POSITIVE_INFINITY } = this.#options
    return { idleMs, maxSpreadMs: allowedLatenessMs }
  }

  /** Moves the line of lateness on, and lets go of what lies before it. */
  #settle(): void {
    this.#settleAt = this.#steadyNow + settleEveryMs
    const allowed = this.#options.allowedLatenessMs
    if (allowed === undefined || this.#isCatchingUp || Number.isNaN(this.#steadyNow)) return
    const floor = this.sources.watermark(this.#steadyNow, this.watermarkLimits) - allowed
    if (!(floor > this.#span.floor)) return
    this.#span.floor = floor
    if (floor < this.#pruneAt || this.inventory.isTelling) return
    this.#pruneAt = (Math.floor(floor / pruneEveryMs) + 1) * pruneEveryMs
    this.dedupe.prune(floor)
    this.ledger.prune(floor)
    this.fallbacks.prune(floor)
    this.evidence.prune(floor)
    this.inventory.prune(floor)
    this.#engine.prune(floor)
  }

  #rejection(rejection: Rejection, from: Decoded, listener?: StreamListener): void {
    const result = isIrrelevant(rejection) ? 'irrelevant' : 'rejected'
    const source = this.sources.of(from.source)
    source.count(result, rejection.reason)
    source.lastReadAt = this.#now
    listener?.counted(result)
    if (result === 'rejected') listener?.rejected(rejection, from.offset)
  }

  /** A rejection that stands for bytes no record came from: a broken archive, an unreadable rest. */
  rejectInput(rejection: Rejection): void {
    this.#rejection(rejection, { offset: 0, arrival: undefined, source: '' })
  }

  /** Epoch ms at which windows end: `--at`, else the end of the bucket of the newest event; undefined without events. */
  get evaluationTime(): number | undefined {
    return this.#options.until ?? this.#span.end
  }

  /** Whether `tellRadii` has something to tell. While a backlog is read it would be told again and again. */
  get hasRadiiToTell(): boolean {
    return !this.#isCatchingUp && this.inventory.isDue(this.#span.oldest, this.evaluationTime)
  }

  /** Tells objectives what identities could reach, up to the evaluation time; pauses where it yields. */
  *tellRadii(): Generator<void, void> {
    const span = (): [number, number | undefined] => [this.#span.oldest, this.evaluationTime]
    yield* this.inventory.tell(this.#engine, this.#options.rules, span)
  }

  /** Whether `tellDrift` has something to look at; while a backlog is read, events may still tell of what lists show. */
  get hasDriftToTell(): boolean {
    return !this.#isCatchingUp && this.drift.isDue(this.baseline)
  }

  /** Counts changes of rights that no event told of, and only lists show; pauses where it yields. */
  tellDrift(): Generator<void, void> {
    return this.drift.look(this.baseline, (change) => this.#countSilent(change))
  }

  /** As the lists write it: people are hidden already, and the inventory has it from there. */
  #countSilent(change: AssignmentChange): void {
    const owner = ownerOf(this.rules, change.identity, change.provider)
    // A list that is older than what can be counted: what it shows lasts, and counts from there on.
    const event = { ...change, app: owner.app, time: Math.max(change.time, this.#span.floor) }
    if (!this.dedupe.isFirst(event.id, event.time)) return
    this.counters.seriesFor(event, owner.app).count(event)
    this.#engine.observe(event, this.#engine.targetsFor(event, owner))
    this.#span.newest = Math.max(this.#span.newest, event.time)
  }

  /** All objectives at the evaluation time; before the first event, as of epoch 0 with defined values. */
  statuses(): readonly ObjectiveStatus[] {
    const at = this.evaluationTime ?? 0
    return this.engine.states.map((state) => evaluate(state, at))
  }
}
