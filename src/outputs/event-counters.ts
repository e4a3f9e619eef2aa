/** Counts of identity events by label set, in plain numbers: a metric library per event would cost more than all else. */
import type { AssignmentChange, IdentityEvent } from '../events/event.ts'
import { identityMetrics } from './conventions.ts'

/** Values of the labels of `eventLabels`. */
export interface EventLabelValues {
  readonly provider: string
  readonly identity_type: string
  readonly app: string
  readonly layer: string
}

export const overflowApp = 'overflow'

export class DurationHistogram {
  static readonly bounds: readonly number[] = identityMetrics.tokenFetchDuration.buckets
  readonly counts = new Array<number>(DurationHistogram.bounds.length + 1).fill(0)
  sum = 0

  observe(seconds: number): void {
    let i = 0
    while (i < DurationHistogram.bounds.length && seconds > (DurationHistogram.bounds[i] as number)) i++
    this.counts[i] = (this.counts[i] as number) + 1
    this.sum += seconds
  }
}

/** All counts of one label set. */
export class EventSeries {
  readonly labels: EventLabelValues
  requests = 0
  /** By `reason|fault`. */
  readonly failures = new Map<string, number>()
  durations: DurationHistogram | undefined
  auth = 0
  authFailures = { '401': 0, '403': 0 }
  readonly changes = new Map<AssignmentChange['op'], number>()

  constructor(labels: EventLabelValues) {
    this.labels = labels
  }

  count(event: IdentityEvent): void {
    if (event.kind === 'token.request') {
      this.requests++
      if (event.outcome === 'failure') {
        const key = `${event.reason ?? 'unknown'}|${event.fault ?? 'platform'}`
        this.failures.set(key, (this.failures.get(key) ?? 0) + 1)
      } else if (event.latencyMs !== undefined) {
        this.durations ??= new DurationHistogram()
        this.durations.observe(event.latencyMs / 1000)
      }
    } else if (event.kind === 'token.use') {
      this.auth++
      if (event.decision === 'unauthenticated') this.authFailures['401']++
      else if (event.decision === 'forbidden') this.authFailures['403']++
    } else if (event.kind === 'assignment.change') {
      this.changes.set(event.op, (this.changes.get(event.op) ?? 0) + 1)
    }
  }

  /** Lines of the exposition that these counts take, at most. */
  get size(): number {
    const durations = this.durations === undefined ? 0 : DurationHistogram.bounds.length + 3
    return 4 + this.failures.size + durations + this.changes.size
  }
}

/** A new label set is expected to grow to about this many series. */
const typicalSize = 24

export class EventCounters {
  readonly #maxSeries: number
  readonly #series = new Map<string, EventSeries>()
  /** Label sets that were folded into the overflow value. */
  overflowed = 0

  constructor(maxSeries: number) {
    this.#maxSeries = maxSeries
  }

  /** The counts that an event of this application goes to; look it up once per kind of event and keep it. */
  seriesFor(event: IdentityEvent, app: string): EventSeries {
    const own = this.#find(event, app)
    if (own !== undefined) return own
    if (this.#series.size * typicalSize < this.#maxSeries) return this.#create(event, app)
    this.overflowed++
    return this.#find(event, overflowApp) ?? this.#create(event, overflowApp)
  }

  #key(event: IdentityEvent, app: string): string {
    return `${event.provider}|${event.identity.type}|${event.layer}|${app}`
  }

  #find(event: IdentityEvent, app: string): EventSeries | undefined {
    return this.#series.get(this.#key(event, app))
  }

  #create(event: IdentityEvent, app: string): EventSeries {
    const { provider, identity, layer } = event
    const series = new EventSeries({ provider, identity_type: identity.type, app, layer })
    this.#series.set(this.#key(event, app), series)
    return series
  }

  all(): readonly EventSeries[] {
    return [...this.#series.values()]
  }
}
