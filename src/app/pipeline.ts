/** Records in, tallies out: decode, dedupe, attribute, judge, count. One instance holds one run's whole state. */

import type { Connector } from '../connectors/connector.ts'
import { type Decoded, type DecodedSink, Decoder, DecoderPlan } from '../connectors/decode.ts'
import { Dedupe } from '../events/dedupe.ts'
import type { IdentityEvent } from '../events/event.ts'
import { pseudonymise } from '../events/pseudonyms.ts'
import { isIrrelevant, type Rejection, reject } from '../events/rejection.ts'
import type { Indicator } from '../indicators/indicator.ts'
import { finestMs } from '../indicators/tally.ts'
import { Engine } from '../objectives/engine.ts'
import { evaluate, type ObjectiveStatus } from '../objectives/evaluate.ts'
import type { Objective } from '../objectives/objective.ts'
import { EventCounters } from '../outputs/event-counters.ts'
import { inflate } from '../platform/inflate.ts'
import { IdentityBook, type IdentityBookOptions } from './identity-book.ts'
import { SourceBook } from './source-book.ts'

export interface PipelineOptions extends IdentityBookOptions {
  readonly connectors: readonly Connector[]
  readonly indicators: readonly Indicator[]
  readonly objectives: readonly Objective[]
  readonly maxSeries: number
  readonly dedupeBytes: number
  /** Epoch ms: later events are quarantined. Asked again for each batch of records. */
  readonly latestTime: () => number
  /** Epoch ms, exclusive: later events are passed over (`--at`). */
  readonly until: number | undefined
  /** How much older than the newest event an event may be, ms; undefined counts everything. */
  readonly allowedLatenessMs: number | undefined
  /** Inner counts of time slices are kept this long, ms. */
  readonly slicesMs: number
  /** Told of each rejection that is not mere irrelevance. */
  readonly onRejection?: ((rejection: Rejection, from: Decoded) => void) | undefined
}

const pruneEveryMs = 3_600_000
const fineMs = 2 * 3_600_000

export class Pipeline {
  readonly counters: EventCounters
  readonly sources = new SourceBook()
  readonly dedupe: Dedupe
  #options: PipelineOptions
  readonly #plan: DecoderPlan
  readonly #sink: DecodedSink
  #engine: Engine
  #identities: IdentityBook
  #newest = Number.NEGATIVE_INFINITY
  #pruneAt = Number.NEGATIVE_INFINITY
  #latest = Number.POSITIVE_INFINITY

  constructor(options: PipelineOptions) {
    this.#options = options
    this.#plan = new DecoderPlan(options.connectors)
    this.#engine = new Engine(options.objectives, options.indicators, { fineMs, slicesMs: options.slicesMs })
    this.counters = new EventCounters(options.maxSeries)
    this.#identities = new IdentityBook(options, this.#engine, this.counters)
    this.dedupe = new Dedupe(options.dedupeBytes)
    this.#sink = {
      events: (events, from) => this.#events(events, from),
      rejection: (rejection, from) => this.#rejection(rejection, from),
    }
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
    this.#identities = new IdentityBook(this.#options, this.#engine, this.counters)
  }

  /** A decoder for one stream of bytes whose records are counted here. */
  decoder(): Decoder {
    return new Decoder(this.#plan, inflate, this.#sink)
  }

  /** Time of the newest event that counted, epoch ms. */
  get newest(): number {
    return this.#newest
  }

  /** Call before a batch of records: looks at the clock once, not once an event. */
  beginBatch(): void {
    this.#latest = this.#options.latestTime()
  }

  #events(events: readonly IdentityEvent[], from: Decoded): void {
    const source = this.sources.of(from.source)
    let isNew = false
    let isRelevant = false
    let isLate = false
    for (const event of events) {
      if (event.time > this.#latest) {
        const message =
          'the record is stamped further ahead of the clock than is allowed: check the clock of its sender'
        this.#rejection(reject('future_time', message), from)
        return
      }
      if (this.#options.until !== undefined && event.time >= this.#options.until) continue
      isRelevant = true
      if (this.#isLate(event.time)) {
        isLate = true
        source.lateEvents++
      } else if (this.dedupe.isFirst(event.id, event.time)) {
        isNew = true
        this.#observe(event)
        if (event.time > source.newest) source.newest = event.time
      } else source.duplicateEvents++
    }
    source.count(!isRelevant ? 'irrelevant' : isNew ? 'accepted' : isLate ? 'late' : 'duplicate')
  }

  #isLate(time: number): boolean {
    const allowed = this.#options.allowedLatenessMs
    return allowed !== undefined && time < this.#newest - allowed
  }

  #observe(raw: IdentityEvent): void {
    const identities = this.#identities
    const entry = identities.entryOf(raw)
    const { owner } = entry
    raw.app = owner.app
    const isPlain =
      (raw.kind === 'token.request' || raw.kind === 'token.use') && entry.identity.id === raw.identity.id
    const event = isPlain ? raw : pseudonymise(raw, this.#options.policy, this.#options.pseudonym)
    const route = identities.routeOf(event, entry)
    route.series.count(event)
    this.#engine.observe(event, route.targets)
    entry.events++
    if (event.outcome === 'failure') entry.failures++
    if (event.time > entry.lastSeen) entry.lastSeen = event.time
    if (event.time > this.#newest) this.#advance(event.time)
  }

  #advance(time: number): void {
    this.#newest = time
    if (time < this.#pruneAt) return
    this.#pruneAt = time + pruneEveryMs
    const allowed = this.#options.allowedLatenessMs
    if (allowed === undefined) return
    this.dedupe.prune(time - allowed)
    this.#engine.prune(time - allowed)
  }

  #rejection(rejection: Rejection, from: Decoded): void {
    this.sources.of(from.source).count(isIrrelevant(rejection) ? 'irrelevant' : 'rejected', rejection.reason)
    if (!isIrrelevant(rejection)) this.#options.onRejection?.(rejection, from)
  }

  /** A rejection that stands for bytes no record came from: a broken archive, an unreadable rest. */
  rejectInput(rejection: Rejection): void {
    this.#rejection(rejection, { offset: 0, arrival: undefined, source: '' })
  }

  /** Epoch ms at which windows end: `--at`, else the end of the bucket of the newest event; undefined without events. */
  get evaluationTime(): number | undefined {
    if (this.#options.until !== undefined) return this.#options.until
    return Number.isFinite(this.#newest) ? (Math.floor(this.#newest / finestMs) + 1) * finestMs : undefined
  }

  /** All objectives at the evaluation time; before the first event, as of epoch 0 with defined values. */
  statuses(): readonly ObjectiveStatus[] {
    const at = this.evaluationTime ?? 0
    return this.engine.states.map((state) => evaluate(state, at))
  }
}
