/** What is remembered of one identity: what failed, what went well, what it reached. */
import { detached, detachedIfAny } from '../events/detach.ts'
import type { IdentityEvent, Provider } from '../events/event.ts'
import { MinuteCounts } from './minute-counts.ts'
import { minuteOf } from './minutes.ts'
import { type Signal, signalOf } from './signals.ts'
import { Trace } from './trace.ts'

/** Resources told apart for one identity. */
const maxResources = 512

export class Subject {
  readonly id: string
  readonly name: string | undefined
  readonly provider: Provider
  readonly app: string
  readonly traces = new Map<Signal, Trace>()
  readonly issued = new MinuteCounts()
  readonly allowed = new MinuteCounts()
  readonly metadata = new MinuteCounts()
  /** Resource to the minute in which it was first used. */
  readonly resources = new Map<string, number>()
  /** Of all its events, and of those that are signals; epoch ms. */
  first = Number.POSITIVE_INFINITY
  newest = Number.NEGATIVE_INFINITY
  newestSignal = Number.NEGATIVE_INFINITY

  constructor({ identity, provider, app }: IdentityEvent) {
    this.id = detached(identity.id)
    this.name = detachedIfAny(identity.name)
    this.provider = provider
    this.app = detached(app)
  }

  observe(event: IdentityEvent): void {
    const { time } = event
    if (time < this.first) this.first = time
    if (time > this.newest) this.newest = time
    const signal = signalOf(event)
    if (signal !== undefined) this.#fail(signal, event)
    else if (event.outcome === 'success') this.#succeed(event)
  }

  #fail(signal: Signal, event: IdentityEvent): void {
    if (event.time > this.newestSignal) this.newestSignal = event.time
    let trace = this.traces.get(signal)
    if (trace === undefined) {
      trace = new Trace()
      this.traces.set(signal, trace)
    }
    trace.add(event)
  }

  #succeed(event: IdentityEvent): void {
    const weight = event.weight ?? 1
    if (event.kind === 'token.request') this.issued.add(event.time, weight)
    else if (event.kind === 'metadata.call') this.metadata.add(event.time, weight)
    else if (event.kind === 'token.use') {
      this.allowed.add(event.time, weight)
      if (event.resource !== undefined) this.#reach(event.resource, minuteOf(event.time))
    }
  }

  #reach(resource: string, minute: number): void {
    const first = this.resources.get(resource)
    if (first === undefined) {
      if (this.resources.size < maxResources) this.resources.set(detached(resource), minute)
    } else if (minute < first) this.resources.set(resource, minute)
  }
}
