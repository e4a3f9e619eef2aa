/** What is remembered of one identity: what failed, what went well, what it reached, and how its tokens live. */
import { detached } from '../events/detach.ts'
import type { IdentityEvent, Provider, TokenRequest, TokenUse } from '../events/event.ts'
import type { Journal } from './journal.ts'
import { kinName } from './kinship.ts'
import { Lifetimes } from './lifetimes.ts'
import { MinuteCounts } from './minute-counts.ts'
import { minuteOf } from './minutes.ts'
import { type Signal, signalOf } from './signals.ts'
import { TokenCohorts } from './token-cohorts.ts'
import { Trace } from './trace.ts'

/** Resources told apart for one identity. */
const maxResources = 512

/** Of the one object that stands for equal identities, and of its owner: they may be kept. */
export interface SubjectNames {
  readonly id: string
  readonly name?: string | undefined
  readonly provider: Provider
  readonly tenant: string
  readonly app: string
}

/** Failures by what they are a sign of, and uses of a static credential where there should be none. */
export type TraceKind = Signal | 'static-credential'

/** What is kept beside an identity so that its events find their subject without a look-up. */
export interface SubjectMemo {
  subject: Subject | undefined
  /** Until then there is no room for what goes well for it, epoch ms. */
  fullUntil: number
}

export function newSubjectMemo(): SubjectMemo {
  return { subject: undefined, fullUntil: Number.NEGATIVE_INFINITY }
}

export class Subject {
  /** Unique in its book. */
  readonly number: number
  readonly id: string
  readonly name: string | undefined
  readonly provider: Provider
  readonly tenant: string
  readonly app: string
  readonly traces = new Map<TraceKind, Trace>()
  readonly issued = new MinuteCounts()
  readonly allowed = new MinuteCounts()
  readonly metadata = new MinuteCounts()
  readonly lifetimes = new Lifetimes()
  readonly cohorts = new TokenCohorts()
  /** Resource to the minute in which it was first used. */
  readonly resources = new Map<string, number>()
  /** Of all its events, and of those that are signals; epoch ms. */
  first = Number.POSITIVE_INFINITY
  newest = Number.NEGATIVE_INFINITY
  newestSignal = Number.NEGATIVE_INFINITY
  /** Those that lead to it. */
  memos: SubjectMemo[] = []
  readonly #journal: Journal
  #kin: string | undefined

  constructor(number: number, { id, name, provider, tenant, app }: SubjectNames, journal: Journal) {
    this.number = number
    this.id = id
    this.name = name
    this.provider = provider
    this.tenant = tenant
    this.app = app
    this.#journal = journal
  }

  /** What it has in common with the names that other logs have for it. */
  get kin(): string {
    this.#kin ??= kinName(this.id)
    return this.#kin
  }

  observe(event: IdentityEvent): void {
    const { time } = event
    if (time < this.first) {
      this.first = time
      this.#journal.profile(this.number)
    }
    if (time > this.newest) this.newest = time
    this.#journal.count(this.number, minuteOf(time))
    const signal = signalOf(event)
    if (signal !== undefined) {
      if (time > this.newestSignal) this.newestSignal = time
      this.trace(signal, event)
    } else if (event.outcome === 'success') this.#succeed(event)
  }

  trace(kind: TraceKind, event: IdentityEvent): void {
    if (event.time > this.newest) this.newest = event.time
    let trace = this.traces.get(kind)
    if (trace === undefined) {
      trace = new Trace()
      this.traces.set(kind, trace)
    }
    for (const minute of trace.add(event)) this.#journal.trace(this.number, minute)
  }

  /** The age of a token became known after its use was observed. */
  learnAge(use: TokenUse): void {
    if (this.cohorts.note(use)) this.#journal.profile(this.number)
  }

  #succeed(event: IdentityEvent): void {
    const { time, weight = 1 } = event
    if (event.kind === 'token.request') {
      this.issued.add(time, weight)
      const ttlSeconds = lifetimeOf(event)
      if (ttlSeconds !== undefined && this.lifetimes.note(ttlSeconds, minuteOf(time)))
        this.#journal.profile(this.number)
    } else if (event.kind === 'metadata.call') this.metadata.add(time, weight)
    else if (event.kind === 'token.use') {
      this.allowed.add(time, weight)
      if (this.cohorts.note(event)) this.#journal.profile(this.number)
      if (event.resource !== undefined) this.#reach(event.resource, minuteOf(time))
    }
  }

  #reach(resource: string, minute: number): void {
    const first = this.resources.get(resource)
    if (first === undefined) {
      if (this.resources.size >= maxResources) return
      this.resources.set(detached(resource), minute)
    } else if (minute < first) this.resources.set(resource, minute)
    else return
    this.#journal.resource(this.number)
  }
}

function lifetimeOf({ ttlSeconds, expiresAt, time }: TokenRequest): number | undefined {
  return ttlSeconds ?? (expiresAt === undefined ? undefined : (expiresAt - time) / 1000)
}
