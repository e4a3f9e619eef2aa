/** Records in: decode, leave out what is late, early or known, count the rest. One instance holds one run's whole state. */

import { type Decoded, type DecodedSink, Decoder, DecoderPlan } from '../connectors/decode.ts'
import type { EvidenceBook } from '../diagnosis/evidence-book.ts'
import type { Stateful } from '../events/chunk.ts'
import { Dedupe } from '../events/dedupe.ts'
import type { AssignmentChange, IdentityEvent } from '../events/event.ts'
import type { FallbackBook } from '../events/fallback/fallback-book.ts'
import type { TokenLedger } from '../events/ledger/token-ledger.ts'
import { isIrrelevant, type Rejection, reject } from '../events/rejection.ts'
import type { Lane, WatermarkLimits } from '../events/watermark.ts'
import type { Baseline } from '../inventory/drift/baseline.ts'
import type { Engine } from '../objectives/engine.ts'
import { evaluate, type ObjectiveStatus } from '../objectives/evaluate.ts'
import type { Objective } from '../objectives/objective.ts'
import type { ObjectiveState } from '../objectives/objective-state.ts'
import type { EventCounters } from '../outputs/event-counters.ts'
import { inflate } from '../platform/inflate.ts'
import type { ActivityBook } from './activity-book.ts'
import type { BatchTelemetry } from './batch-telemetry.ts'
import { Counting } from './counting.ts'
import { diagnosesOf } from './diagnoses.ts'
import { DriftWatch } from './drift-watch.ts'
import { EventSpan } from './event-span.ts'
import type { IdentityBook, IdentityBookOptions } from './identity-book.ts'
import type { InventoryBook } from './inventory-book.ts'
import type { PipelineOptions } from './pipeline-options.ts'
import { releasePages } from './released-pages.ts'
import { SourceBook, type SourceEntry } from './source-book.ts'
import type { EventSink, StreamListener, StreamPlace } from './streams.ts'
import { WatchedDecoder } from './watched-decoder.ts'

const pruneEveryMs = 3_600_000
const settleEveryMs = 1000
const defaultIdleMs = 60_000

const unnamed: StreamPlace = { transport: 'files', lane: 'files' }

/** Where a record's events belong. */
interface Origin {
  readonly source: SourceEntry
  readonly lane: Lane
  readonly place: StreamPlace
}

export class Pipeline {
  readonly sources = new SourceBook()
  readonly dedupe: Dedupe
  readonly drift: DriftWatch
  readonly #options: PipelineOptions
  readonly #counting: Counting
  readonly #plan: DecoderPlan
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
    this.#counting = new Counting(options)
    this.dedupe = new Dedupe(options.dedupeBytes, options.isDurable)
    this.drift = new DriftWatch({
      ...{ inventory: this.inventory.inventory, sources: this.sources, limits: this.watermarkLimits },
      ...{ now: options.now, steadyMs: options.steadyMs ?? options.now },
    })
  }

  get rules(): PipelineOptions['rules'] {
    return this.#counting.rules
  }

  get counters(): EventCounters {
    return this.#counting.counters
  }

  get ledger(): TokenLedger {
    return this.#counting.ledger
  }

  get fallbacks(): FallbackBook {
    return this.#counting.fallbacks
  }

  get evidence(): EvidenceBook {
    return this.#counting.evidence
  }

  get activity(): ActivityBook {
    return this.#counting.activity
  }

  /** Of all that /metrics shows. */
  get maxSeries(): number {
    return this.#options.maxSeries
  }

  get inventory(): InventoryBook {
    return this.#counting.inventory
  }

  get engine(): Engine {
    return this.#counting.engine
  }

  get identities(): IdentityBook {
    return this.#counting.identities
  }

  /** New definitions: objectives that count the same keep their history, others start empty. */
  replaceObjectives(objectives: readonly Objective[], attribution: IdentityBookOptions): void {
    this.#counting.replaceObjectives(objectives, attribution)
  }

  /** Whether a backlog is being read: until it is, nothing in it is late. */
  set isCatchingUp(isIt: boolean) {
    if (this.#isCatchingUp === isIt) return
    this.#isCatchingUp = isIt
    this.#settle()
  }

  get baseline(): Baseline | undefined {
    return this.#counting.baseline
  }

  set baseline(baseline: Baseline | undefined) {
    this.#counting.baseline = baseline
  }

  /** Told of the work on each batch, where telemetry is on. */
  batches: BatchTelemetry | undefined

  /** A decoder for one stream of bytes whose records are counted here. */
  decoder(listener?: StreamListener, place = unnamed): Decoder {
    const sink = this.sink(listener, place)
    if (this.batches === undefined) return new Decoder(this.#plan, inflate, sink)
    return new WatchedDecoder(place.transport, this.batches, this.#plan, inflate, sink)
  }

  /** A decoder whose records are not counted here: they go to `sink`. */
  decoderInto(sink: DecodedSink): Decoder {
    return new Decoder(this.#plan, inflate, sink)
  }

  /** Counts what was decoded of one stream. */
  sink(listener?: StreamListener, place = unnamed): EventSink {
    let origin: Origin | undefined
    let batch = -1
    return {
      events: (events, from) => {
        // Looked up once a batch: an idle lane is forgotten between batches.
        if (origin?.source.id !== from.source || batch !== this.#batch) {
          const source = this.sources.of(from.source)
          origin = { source, lane: source.watermark.lane(place.lane), place }
          batch = this.#batch
          origin.lane.readAt = this.#steadyNow
          source.lastReadAt = this.#now
        }
        this.#events(events, from, origin, listener)
      },
      rejection: (rejection, from) => this.#rejection(rejection, from, place, listener),
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
      ...this.#counting.parts(),
      ['dedupe/', this.dedupe],
      ...this.drift.parts(),
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
    { source, lane, place }: Origin,
    listener: StreamListener | undefined,
  ): void {
    let isNew = false
    let isRelevant = false
    let isLate = false
    for (const event of events) {
      if (event.time > this.#latest) {
        const message =
          'the record is stamped further ahead of the clock than is allowed: check the clock of its sender'
        this.#rejection(reject('future_time', message), from, place, listener)
        return
      }
      if (this.#options.until !== undefined && event.time >= this.#options.until) continue
      isRelevant = true
      if (event.time < this.#span.floor) {
        isLate = true
        source.lateEvents++
      } else if (this.dedupe.isFirst(event.id, event.time)) {
        isNew = true
        this.#counting.observe(event)
        this.#span.take(event.time)
        if (event.time > lane.newest) source.advance(lane, event.time, this.#now)
      } else source.duplicateEvents++
    }
    const result = !isRelevant ? 'irrelevant' : isNew ? 'accepted' : isLate ? 'late' : 'duplicate'
    source.count(result)
    listener?.counted(result)
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
    this.#counting.prune(floor)
  }

  #rejection(rejection: Rejection, from: Decoded, place: StreamPlace, listener?: StreamListener): void {
    const result = isIrrelevant(rejection) ? 'irrelevant' : 'rejected'
    const source = this.sources.of(from.source)
    source.count(result, rejection.reason)
    source.lastReadAt = this.#now
    listener?.counted(result)
    if (result !== 'rejected') return
    source.samples.add(rejection, place, from.offset, this.#now)
    listener?.rejected(rejection, from.offset)
  }

  /** A rejection that stands for bytes no record came from: a broken archive, an unreadable rest. */
  rejectInput(rejection: Rejection, place: StreamPlace = unnamed): void {
    this.#rejection(rejection, { offset: 0, arrival: undefined, source: '' }, place)
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
    yield* this.inventory.tell(this.engine, this.rules, span)
  }

  /** Whether `tellDrift` has something to look at; while a backlog is read, events may still tell of what lists show. */
  get hasDriftToTell(): boolean {
    return !this.#isCatchingUp && this.drift.isDue(this.baseline)
  }

  /** Counts changes of rights that no event told of, and only lists show; pauses where it yields. */
  tellDrift(): Generator<void, void> {
    return this.drift.look(this.baseline, (change) => this.#countSilent(change))
  }

  #countSilent(silent: AssignmentChange): void {
    // A list that is older than what can be counted: what it shows lasts, and counts from there on.
    const change = { ...silent, time: Math.max(silent.time, this.#span.floor) }
    if (!this.dedupe.isFirst(change.id, change.time)) return
    this.#counting.countSilent(change)
    this.#span.newest = Math.max(this.#span.newest, change.time)
  }

  /** At the evaluation time; before the first event, as of epoch 0 with defined values. */
  statuses(states: readonly ObjectiveState[] = this.engine.states): readonly ObjectiveStatus[] {
    const at = this.evaluationTime ?? 0
    const statuses = states.map((state) => evaluate(state, at))
    return releasePages(statuses, () => diagnosesOf(this))
  }
}
