/** Counts of identity events by label set, in plain numbers: a metric library per event would cost more than all else. */
import { type ChunkWriter, jsonBytes, jsonOf, type Stateful } from '../events/chunk.ts'
import type { Aspect } from '../events/enrichment.ts'
import type { AssignmentChange, IdentityEvent, TokenRequest } from '../events/event.ts'
import { AccessCounts, type SavedAccess } from './access-counts.ts'
import { BucketCounts } from './bucket-counts.ts'
import { identityMetrics } from './conventions.ts'
import { labelValue } from './label-value.ts'
import { type SavedTokens, TokenCounts } from './token-counts.ts'

/** Values of the labels of `eventLabels`. */
export interface EventLabelValues {
  readonly provider: string
  readonly identity_type: string
  readonly app: string
  readonly layer: string
}

/** What a label says where its own value has no room. */
const overflow = 'overflow'

/** How many series there are: lines of the exposition, each bucket of a histogram being one. */
interface SeriesLedger {
  used: number
  max: number
  overflowed: number
}

const durationBounds = identityMetrics.tokenFetchDuration.buckets

/** All counts of one label set. What would need a series that there is no room for is counted in `fallback`. */
export class EventSeries {
  readonly labels: EventLabelValues
  requests = 0
  /** By `reason|fault`. */
  readonly failures = new Map<string, number>()
  durations: BucketCounts | undefined
  readonly tokens = new TokenCounts()
  readonly access = new AccessCounts()
  auth = 0
  authFailures = { '401': 0, '403': 0 }
  /** By `op|expected`. */
  readonly changes = new Map<string, number>()
  isDirty = false
  readonly #ledger: SeriesLedger
  /** Series left to others. */
  readonly #spared: number
  readonly #fallback: EventSeries | undefined
  #hasFallenBack = false

  constructor(labels: EventLabelValues, ledger: SeriesLedger, spared = 0, fallback?: EventSeries) {
    this.labels = labels
    this.#ledger = ledger
    this.#spared = spared
    this.#fallback = fallback
  }

  count(event: IdentityEvent): void {
    const other = this.#takeRoom(this.#newSeries(event) + this.access.newSeries(event))
    if (other === undefined) this.#add(event)
    else other.count(event)
  }

  /** What is known of an earlier event only now. */
  learn(event: IdentityEvent, aspect: Aspect, hadAge: boolean): void {
    const isFallback = aspect === 'fallback'
    const other = this.#takeRoom(
      isFallback ? this.access.newFallbackSeries(event) : this.tokens.newSeries(event),
    )
    if (other !== undefined) {
      other.learn(event, aspect, hadAge)
      return
    }
    this.isDirty = true
    if (isFallback) this.access.learn(event)
    else this.tokens.learn(event, aspect, hadAge)
  }

  /** Takes room for so many series; where there is none, gives the counts that stand in. */
  #takeRoom(series: number): EventSeries | undefined {
    const { used, max } = this.#ledger
    const isShort = series > 0 && used + series > max - this.#spared
    if (!isShort || this.#fallback === undefined) {
      this.#ledger.used += series
      return undefined
    }
    if (!this.#hasFallenBack) this.#ledger.overflowed++
    this.#hasFallenBack = true
    return this.#fallback
  }

  /** How many series the event would add to the exposition. */
  #newSeries(event: IdentityEvent): number {
    if (event.kind === 'token.request') {
      const counts = event.isCountedElsewhere === undefined
      const own = (counts && this.requests === 0 ? 1 : 0) + this.tokens.newSeries(event)
      if (event.outcome === 'failure' && !counts) return own
      if (event.outcome === 'failure') return own + (this.failures.has(failureKey(event)) ? 0 : 1)
      return event.latencyMs !== undefined && this.durations === undefined ? own + histogramSeries : own
    }
    if (event.kind === 'token.use') return (this.auth === 0 ? authSeries : 0) + this.tokens.newSeries(event)
    return event.kind === 'assignment.change' && !this.changes.has(changeKey(event)) ? 1 : 0
  }

  #add(event: IdentityEvent): void {
    this.isDirty = true
    this.tokens.observe(event)
    this.access.observe(event)
    const weight = event.weight ?? 1
    if (event.kind === 'token.request') this.#addRequest(event, weight)
    else if (event.kind === 'token.use') {
      this.auth += weight
      if (event.decision === 'unauthenticated') this.authFailures['401'] += weight
      else if (event.decision === 'forbidden') this.authFailures['403'] += weight
    } else if (event.kind === 'assignment.change') {
      const key = changeKey(event)
      this.changes.set(key, (this.changes.get(key) ?? 0) + 1)
    }
  }

  #addRequest(event: TokenRequest, weight: number): void {
    if (!event.isCountedElsewhere) this.requests += weight
    if (event.outcome === 'success') {
      if (event.latencyMs === undefined) return
      this.durations ??= new BucketCounts(durationBounds)
      this.durations.observe(event.latencyMs / 1000, weight)
    } else if (!event.isCountedElsewhere) {
      const key = failureKey(event)
      this.failures.set(key, (this.failures.get(key) ?? 0) + weight)
    }
  }

  /** Lines of the exposition that these counts take. */
  get size(): number {
    const requests = (this.requests > 0 ? 1 : 0) + this.failures.size
    const durations = this.durations === undefined ? 0 : histogramSeries
    const auth = this.auth > 0 ? authSeries : 0
    return requests + durations + auth + this.changes.size + this.tokens.size + this.access.size
  }
}

const histogramSeries = durationBounds.length + 3
/** The calls, and those refused with 401 and with 403. */
const authSeries = 3
/** What a label set needs to begin with; what its events need beyond it is asked for as they come. */
const firstSeries = 1 + histogramSeries
/** Kept free for the overflow of applications, as a share of all, and for the overflow of everything. */
const overflowShare = 0.1
const lastResort = 112

function failureKey({ reason, fault }: IdentityEvent): string {
  return `${reason ?? 'unknown'}|${fault ?? 'platform'}`
}

function changeKey({ op, expected }: AssignmentChange): string {
  return `${op}|${expected ?? 'unknown'}`
}

function keyOf({ provider, identity_type, layer, app }: EventLabelValues): string {
  return `${provider}|${identity_type}|${layer}|${app}`
}

interface SavedSeries {
  readonly labels: EventLabelValues
  readonly requests: number
  readonly failures: readonly (readonly [string, number])[]
  readonly durations: { readonly counts: readonly number[]; readonly sum: number } | null
  readonly auth: number
  readonly authFailures: EventSeries['authFailures']
  readonly changes: readonly (readonly [string, number])[]
  readonly tokens?: SavedTokens
  readonly access?: SavedAccess
}

function savedSeries(series: EventSeries): SavedSeries {
  const { labels, requests, failures, durations, auth, authFailures, changes } = series
  return {
    labels,
    requests,
    failures: [...failures],
    durations: durations === undefined ? null : { counts: durations.counts, sum: durations.sum },
    tokens: series.tokens.saved(),
    access: series.access.saved(),
    auth,
    authFailures,
    changes: [...changes],
  }
}

function restoreSeries(series: EventSeries, saved: SavedSeries): void {
  series.requests = saved.requests
  for (const [key, count] of saved.failures) series.failures.set(key, count)
  series.auth = saved.auth
  Object.assign(series.authFailures, saved.authFailures)
  for (const [key, count] of saved.changes) series.changes.set(key, count)
  if (saved.durations !== null) {
    series.durations = new BucketCounts(durationBounds)
    series.durations.restore(saved.durations)
  }
  if (saved.tokens !== undefined) series.tokens.restore(saved.tokens)
  if (saved.access !== undefined) series.access.restore(saved.access)
}

export class EventCounters implements Stateful {
  readonly #ledger: SeriesLedger
  readonly #series = new Map<string, EventSeries>()
  /** `maxSeries`: of all families that count identity events, together. */
  constructor(maxSeries: number) {
    this.#ledger = { used: 0, max: Math.max(0, maxSeries), overflowed: 0 }
  }

  /** How often a label set went to the overflow value: at least once for each of them. */
  get overflowed(): number {
    return this.#ledger.overflowed
  }

  get maxSeries(): number {
    return this.#ledger.max
  }

  /** Series that are there already stay. */
  set maxSeries(max: number) {
    this.#ledger.max = Math.max(0, max)
  }

  /** The counts that an event of this application goes to; look it up once per kind of event and keep it. */
  seriesFor({ provider, identity, layer }: IdentityEvent, app: string): EventSeries {
    const labels = { provider, identity_type: identity.type, app: labelValue(app), layer }
    const own = this.#find(labels)
    if (own !== undefined) return own
    this.#ledger.overflowed++
    return this.#overflowOf(labels)
  }

  /** Undefined when there is no room for another label set. */
  #find(labels: EventLabelValues): EventSeries | undefined {
    const known = this.#series.get(keyOf(labels))
    if (known !== undefined) return known
    const { used, max } = this.#ledger
    const hasRoom = used + firstSeries <= max - this.#sparedBy(labels) && this.#series.size < max
    return hasRoom || labels.provider === overflow ? this.#create(labels) : undefined
  }

  #sparedBy({ provider, app }: EventLabelValues): number {
    if (app !== overflow) return lastResort + Math.ceil(this.#ledger.max * overflowShare)
    return provider === overflow ? 0 : lastResort
  }

  /** An application without room keeps its other labels, as long as there is room for these. */
  #overflowOf(labels: EventLabelValues): EventSeries {
    const all = { provider: overflow, identity_type: overflow, app: overflow, layer: overflow }
    const withoutApp = labels.app === overflow ? undefined : this.#find({ ...labels, app: overflow })
    return withoutApp ?? this.#find(all) ?? this.#create(all)
  }

  #create(labels: EventLabelValues): EventSeries {
    const fallback = labels.provider === overflow ? undefined : this.#overflowOf(labels)
    const series = new EventSeries(labels, this.#ledger, this.#sparedBy(labels), fallback)
    this.#series.set(keyOf(labels), series)
    return series
  }

  all(): readonly EventSeries[] {
    return [...this.#series.values()]
  }

  save(out: ChunkWriter): void {
    for (const [key, series] of this.#series)
      if (series.isDirty) out.put(encodeURIComponent(key), jsonBytes(savedSeries(series)))
  }

  saved(): void {
    for (const series of this.#series.values()) series.isDirty = false
  }

  restore(_key: string, bytes: Uint8Array): void {
    const saved = jsonOf<SavedSeries>(bytes)
    const series = this.#series.get(keyOf(saved.labels)) ?? this.#create(saved.labels)
    restoreSeries(series, saved)
    this.#ledger.used += series.size
  }
}
