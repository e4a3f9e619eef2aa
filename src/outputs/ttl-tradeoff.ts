/**
 * What another lifetime of tokens would mean for workloads as their logs show them: how many requests, how many failed
 * renewals, how long a stolen token works, and how long an outage of the issuer is bridged.
 */
import type { IdentityEvent, TokenRequest } from '../events/event.ts'

export interface TtlOptions {
  /** Lifetimes to compare, ms. */
  readonly ttlsMs: readonly number[]
  /** Share of its lifetime after which a client renews a token. */
  readonly refreshAt: number
  /** Price of a million requests for tokens; undefined where they cost nothing. */
  readonly pricePerMillion?: number | undefined
  /** Instants that are remembered, 8 bytes each; further ones are counted and left out. */
  readonly maxInstants?: number | undefined
}

export interface TtlRow {
  readonly ttlSeconds: number
  /** Requests for tokens: renewals in time, and those that a caller waits for because no token was valid. */
  readonly requests: number
  readonly renewals: number
  readonly waits: number
  readonly requestsPerHour: number
  readonly peakRequestsPerMinute: number
  /** At the share of failures that was observed: renewals that fail while the old token lives, and waits that fail. */
  readonly refreshFailures: number
  readonly failedWaits: number
  /** Seconds that callers wait for tokens; null where the logs have no latency. */
  readonly waitedSeconds: number | null
  readonly cost: number | null
  /** How long a token that is stolen or revoked when it is used works on: on average, and at most. */
  readonly exposureMeanSeconds: number
  readonly exposureMaxSeconds: number
  /** An outage of the issuer that is shorter is not noticed by a client that renews in time. */
  readonly bridgedSeconds: number
}

export interface TtlReport {
  /** RFC 3339 of the first and last instant at which a token was needed; null without any. */
  readonly from: string | null
  readonly to: string | null
  readonly refreshAt: number
  /** Who holds tokens of their own, as far as the logs tell them apart. */
  readonly holders: number
  readonly instants: number
  readonly leftOut: number
  readonly observed: {
    readonly requests: number
    readonly platformFailures: number
    readonly failureShare: number
    readonly latencyMs: number | null
    readonly medianTtlSeconds: number | null
  }
  readonly lifetimes: readonly TtlRow[]
}

const defaultMaxInstants = 20_000_000
const minuteMs = 60_000
const hourMs = 60 * minuteMs

/** Whose token it is: one identity's, apart for each workload that the log names. */
function holderOf({ provider, identity, workload }: IdentityEvent): string {
  const caller = workload === undefined ? '' : `${workload.kind} ${workload.name}`
  return `${provider}\n${identity.id}\n${caller}`
}

/** Instants at which each holder needed a token, in whole seconds. */
class Activity {
  readonly byHolder = new Map<string, number[]>()
  count = 0
  leftOut = 0
  readonly #most: number

  constructor(most: number) {
    this.#most = most
  }

  add(holder: string, time: number): void {
    const second = Math.floor(time / 1000) * 1000
    let instants = this.byHolder.get(holder)
    if (instants?.at(-1) === second) return
    if (this.count >= this.#most) {
      this.leftOut++
      return
    }
    if (instants === undefined) {
      instants = []
      this.byHolder.set(holder, instants)
    }
    instants.push(second)
    this.count++
  }
}

interface Replayed {
  renewals: number
  waits: number
  remainingMs: number
  readonly perMinute: Map<number, number>
}

/** A client with a cache: it renews when a token is old enough, and waits for one when it has none that is valid. */
function replayCache(instants: readonly number[], ttlMs: number, refreshAt: number, into: Replayed): void {
  let issuedAt = Number.NEGATIVE_INFINITY
  for (const time of instants) {
    const age = time - issuedAt
    if (age >= ttlMs * refreshAt) {
      if (age < ttlMs) into.renewals++
      else into.waits++
      issuedAt = time
      const minute = Math.floor(time / minuteMs)
      into.perMinute.set(minute, (into.perMinute.get(minute) ?? 0) + 1)
    }
    into.remainingMs += issuedAt + ttlMs - time
  }
}

/** Of values and how often each was seen. */
function median(counts: ReadonlyMap<number, number>): number | null {
  const total = [...counts.values()].reduce((sum, count) => sum + count, 0)
  let seen = 0
  for (const [value, count] of [...counts].sort(([one], [other]) => one - other)) {
    seen += count
    if (seen * 2 > total) return value
  }
  return null
}

/** Takes events in any order, each once. */
export class TtlStudy {
  readonly #options: TtlOptions
  readonly #uses: Activity
  readonly #asked: Activity
  #requests = 0
  #platformFailures = 0
  #latencySum = 0
  #latencies = 0
  /** Counts by lifetime in seconds. */
  readonly #ttls = new Map<number, number>()

  constructor(options: TtlOptions) {
    this.#options = options
    const most = options.maxInstants ?? defaultMaxInstants
    this.#uses = new Activity(most)
    this.#asked = new Activity(most)
  }

  observe(event: IdentityEvent): void {
    // People sign in; they renew nothing.
    if (event.identity.type === 'user' || event.identity.id === '') return
    if (event.kind === 'token.use') this.#uses.add(holderOf(event), event.time)
    else if (event.kind === 'token.request' && event.vantage === 'issuer') this.#request(event)
  }

  #request(event: TokenRequest): void {
    this.#requests++
    if (event.outcome === 'failure') {
      if (event.fault === 'platform') this.#platformFailures++
      return
    }
    this.#asked.add(holderOf(event), event.time)
    if (event.latencyMs !== undefined) {
      this.#latencySum += event.latencyMs
      this.#latencies++
    }
    const ttl = event.ttlSeconds
    if (ttl !== undefined) this.#ttls.set(ttl, (this.#ttls.get(ttl) ?? 0) + 1)
  }

  /** Uses where the log shows any of an identity, else its requests: a cache hides when a token was needed. */
  #activity(): readonly (readonly number[])[] {
    const identityOf = (holder: string): string => holder.split('\n').slice(0, 2).join('\n')
    const used = new Set([...this.#uses.byHolder.keys()].map(identityOf))
    const asked = [...this.#asked.byHolder].filter(([holder]) => !used.has(identityOf(holder)))
    // Out of order, a second may have been noted twice.
    return [...this.#uses.byHolder, ...asked].map(([, instants]) =>
      instants.toSorted((a, b) => a - b).filter((time, i, sorted) => time !== sorted[i - 1]),
    )
  }

  report(): TtlReport {
    const activity = this.#activity()
    const firsts = activity.map((instants) => instants[0] ?? Number.POSITIVE_INFINITY)
    const lasts = activity.map((instants) => instants.at(-1) ?? Number.NEGATIVE_INFINITY)
    const from = firsts.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY)
    const to = lasts.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY)
    const failureShare = this.#requests === 0 ? 0 : this.#platformFailures / this.#requests
    const latencyMs = this.#latencies === 0 ? null : this.#latencySum / this.#latencies
    const facts = { hours: Math.max(to - from, minuteMs) / hourMs, failureShare, latencyMs }
    return {
      from: activity.length === 0 ? null : new Date(from).toISOString(),
      to: activity.length === 0 ? null : new Date(to).toISOString(),
      refreshAt: this.#options.refreshAt,
      holders: activity.length,
      instants: activity.reduce((sum, { length }) => sum + length, 0),
      leftOut: this.#uses.leftOut + this.#asked.leftOut,
      observed: {
        requests: this.#requests,
        platformFailures: this.#platformFailures,
        failureShare,
        latencyMs,
        medianTtlSeconds: median(this.#ttls),
      },
      lifetimes: this.#options.ttlsMs.map((ttlMs) => this.#row(ttlMs, activity, facts)),
    }
  }

  #row(
    ttlMs: number,
    activity: readonly (readonly number[])[],
    { hours, failureShare, latencyMs }: { hours: number; failureShare: number; latencyMs: number | null },
  ): TtlRow {
    const { refreshAt, pricePerMillion } = this.#options
    const replayed: Replayed = { renewals: 0, waits: 0, remainingMs: 0, perMinute: new Map() }
    let instants = 0
    for (const each of activity) {
      replayCache(each, ttlMs, refreshAt, replayed)
      instants += each.length
    }
    const { renewals, waits, remainingMs, perMinute } = replayed
    const requests = renewals + waits
    return {
      ttlSeconds: ttlMs / 1000,
      requests,
      renewals,
      waits,
      requestsPerHour: requests / hours,
      peakRequestsPerMinute: [...perMinute.values()].reduce((a, b) => Math.max(a, b), 0),
      refreshFailures: renewals * failureShare,
      failedWaits: waits * failureShare,
      waitedSeconds: latencyMs === null ? null : (requests * latencyMs) / 1000,
      cost: pricePerMillion === undefined ? null : (requests / 1_000_000) * pricePerMillion,
      exposureMeanSeconds: instants === 0 ? 0 : remainingMs / instants / 1000,
      exposureMaxSeconds: ttlMs / 1000,
      bridgedSeconds: ((1 - refreshAt) * ttlMs) / 1000,
    }
  }
}
