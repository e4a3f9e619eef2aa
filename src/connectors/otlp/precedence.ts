/**
 * Who counts a fetch that several have seen. A metric of the process counts attempts and their latency, because nothing
 * of it is sampled; else the span that knows most of the whole does: our library's, else an SDK's, else that of the call
 * over HTTP. What a span knows besides (which identity, whether it renews) is kept.
 */
import { type ChunkWriter, jsonBytes, jsonOf, type Stateful } from '../../events/chunk.ts'
import type { IdentityEvent, TokenRequest } from '../../events/event.ts'
import type { Candidate, Observer } from './candidate.ts'

/** How long after it was last heard of an observer still counts for its process, ms: tokens are fetched once in hours. */
const spanReachMs = 24 * 3_600_000
/** Metrics come every minute. */
const metricReachMs = 15 * 60_000
const maxProcesses = 20_000

/** What a metric counts of fetches. */
export type Aspect = 'count' | 'latency'

/** From when, and until when, an observer was heard of, epoch ms. */
type Heard = [from: number, to: number]

/** By `kind|provider|observer`, or `aspect|provider` for metrics and `seen|provider` for spans that counted. */
type Process = Map<string, Heard>

const higher: Readonly<Record<Observer, readonly Observer[]>> = {
  http: ['sdk', 'library'],
  sdk: ['library'],
  library: [],
  metric: [],
}

/** A metric may not say whose tokens it counts: then it counts those of all. */
export const anyProvider = '*'

export class Precedence implements Stateful {
  readonly #processes = new Map<string, Process>()
  readonly #dirty = new Set<string>()

  get size(): number {
    return this.#processes.size
  }

  /** Call for all candidates of a request before asking `counted` for any: which of them came first says nothing. */
  note({ instance, observer, events }: Candidate): void {
    if (observer === 'http') return
    for (const { kind, provider, time } of events)
      if (kind !== 'token.use') this.#hear(instance, `${kind}|${provider}|${observer}`, time)
  }

  /** The events to count; none where another observer of the same process has them. */
  counted({ instance, observer, events }: Candidate): readonly IdentityEvent[] {
    return events.flatMap((event): readonly IdentityEvent[] => {
      const { kind, provider, time } = event
      if (kind === 'token.use') return [event]
      const isTold = higher[observer].some((other) =>
        this.#covers(instance, `${kind}|${provider}|${other}`, time, spanReachMs),
      )
      if (isTold) return []
      return event.kind === 'token.request' ? [this.#besideMetrics(instance, event)] : [event]
    })
  }

  #besideMetrics(instance: string, event: TokenRequest): TokenRequest {
    const { provider, time } = event
    const hasCount = this.#isMetered(instance, 'count', provider, time)
    const hasLatency = this.#isMetered(instance, 'latency', provider, time)
    if (!hasCount || !hasLatency) this.#hear(instance, `seen|${provider}`, time)
    if (!hasCount && !hasLatency) return event
    return {
      ...event,
      isCountedElsewhere: hasCount ? true : undefined,
      latencyMs: hasLatency ? undefined : event.latencyMs,
    }
  }

  #isMetered(instance: string, aspect: Aspect, provider: string, time: number): boolean {
    return [provider, anyProvider].some((of) =>
      this.#covers(instance, `${aspect}|${of}`, time, metricReachMs),
    )
  }

  /**
   * A metric has a point that covers (start, time], epoch ms. False: spans of the process have counted in that stretch, so
   * that the metric only goes on from here.
   */
  meter(instance: string, aspect: Aspect, provider: string, start: number, time: number): boolean {
    const key = `${aspect}|${provider}`
    const known = this.#processes.get(instance)?.get(key)
    const isGap = known !== undefined && start > known[1] + metricReachMs
    const from = known === undefined || isGap ? this.#meteredFrom(instance, provider, start, time) : known[0]
    this.#put(instance, key, [from, Math.max(time, known?.[1] ?? time)])
    // The points of one collection differ by little; the first of them all lie before it.
    return from < time
  }

  #meteredFrom(instance: string, provider: string, start: number, time: number): number {
    const sender = this.#processes.get(instance)
    if (sender === undefined) return start
    for (const [key, [, to]] of sender) {
      const isSeen = provider === anyProvider ? key.startsWith('seen|') : key === `seen|${provider}`
      if (isSeen && to > start) return time
    }
    return start
  }

  #covers(instance: string, key: string, time: number, reachMs: number): boolean {
    const heard = this.#processes.get(instance)?.get(key)
    if (heard === undefined) return false
    const [from, to] = heard
    // Spans begin to be told of by whoever is there; a metric has its exact beginning.
    const begins = reachMs === metricReachMs ? from : from - spanReachMs
    return time > begins && time <= to + reachMs
  }

  #hear(instance: string, key: string, time: number): void {
    const known = this.#processes.get(instance)?.get(key)
    if (known !== undefined && time >= known[0] && time <= known[1]) return
    this.#put(
      instance,
      key,
      known === undefined ? [time, time] : [Math.min(known[0], time), Math.max(known[1], time)],
    )
  }

  #put(instance: string, key: string, heard: Heard): void {
    let sender = this.#processes.get(instance)
    if (sender === undefined) {
      sender = new Map()
      if (this.#processes.size >= maxProcesses) this.#forgetOldest()
      this.#processes.set(instance, sender)
    }
    sender.set(key, heard)
    this.#dirty.add(instance)
  }

  /** The one that was first heard of: processes come and go. */
  #forgetOldest(): void {
    for (const instance of this.#processes.keys()) {
      this.#processes.delete(instance)
      this.#dirty.add(instance)
      return
    }
  }

  /** Forgets processes that nothing was heard of since `floor`, epoch ms. */
  prune(floor: number): void {
    for (const [instance, sender] of this.#processes) {
      if ([...sender.values()].some(([, to]) => to >= floor)) continue
      this.#processes.delete(instance)
      this.#dirty.add(instance)
    }
  }

  save(out: ChunkWriter): void {
    for (const instance of this.#dirty) {
      const sender = this.#processes.get(instance)
      const key = encodeURIComponent(instance)
      if (sender === undefined) out.remove(key)
      else out.put(key, jsonBytes([...sender]))
    }
  }

  saved(): void {
    this.#dirty.clear()
  }

  restore(key: string, bytes: Uint8Array): void {
    this.#processes.set(decodeURIComponent(key), new Map(jsonOf<[string, Heard][]>(bytes)))
  }
}
