/** What is known of each identity seen: owner, how its events are routed, and its own counts. */
import { detached, detachedIfAny } from '../events/detach.ts'
import type { Identity, IdentityEvent, Provider } from '../events/event.ts'
import { type Owner, type OwnershipRule, ownerOf } from '../events/ownership.ts'
import { type Pseudonym, type PseudonymPolicy, shownIdentity } from '../events/pseudonyms.ts'
import type { Engine, Target } from '../objectives/engine.ts'
import type { EventCounters, EventSeries } from '../outputs/event-counters.ts'

/** Where events that agree in all of this go: found once, then followed for each event. */
interface Route {
  readonly kind: IdentityEvent['kind']
  readonly source: string
  readonly layer: string
  readonly service: string | undefined
  readonly audience: string | undefined
  readonly workload: string | undefined
  readonly targets: readonly Target[]
  readonly series: EventSeries
}

/** One identity as some of its records describe it: others may lack its name, and then it may have another owner. */
export interface IdentityEntry {
  /** As it may be shown: people are pseudonyms here. */
  readonly identity: Identity
  /** As the records have it: never shown. */
  readonly raw: Identity
  readonly provider: Provider
  readonly owner: Owner
  readonly routes: Route[]
  /** Failed and all events. */
  failures: number
  events: number
  /** Epoch ms. */
  lastSeen: number
}

/** One identity, for reports. */
export type IdentitySummary = Readonly<
  Pick<IdentityEntry, 'identity' | 'provider' | 'owner' | 'failures' | 'events' | 'lastSeen'>
>

/** Beyond this many identities the least troubled ones are forgotten; their counts stay in all tallies. */
const maxIdentities = 100_000
const maxRoutes = 64
/** Descriptions kept of one id: beyond it, all of them start anew. */
const maxVariants = 32

export interface IdentityBookOptions {
  readonly rules: readonly OwnershipRule[]
  readonly policy: PseudonymPolicy
  readonly pseudonym: Pseudonym
}

export class IdentityBook {
  readonly #options: IdentityBookOptions
  readonly #engine: Engine
  readonly #counters: EventCounters
  /** By raw id. One id can stand for several: an account of the same name in two clusters, `unknown` in any tenant. */
  readonly #entries = new Map<string, IdentityEntry[]>()

  /** `former`: the book under other rules, whose counts go on here. */
  constructor(options: IdentityBookOptions, engine: Engine, counters: EventCounters, former?: IdentityBook) {
    this.#options = options
    this.#engine = engine
    this.#counters = counters
    for (const { raw, provider, failures, events, lastSeen } of former?.all() ?? [])
      Object.assign(this.#add(raw, provider), { failures, events, lastSeen })
  }

  entryOf({ identity, provider }: IdentityEvent): IdentityEntry {
    const known = this.#entries.get(identity.id)
    if (known !== undefined) for (const entry of known) if (isSame(entry, identity, provider)) return entry
    return this.#add(detachedIdentity(identity), provider)
  }

  #add(raw: Identity, provider: Provider): IdentityEntry {
    const { rules, policy, pseudonym } = this.#options
    const entry: IdentityEntry = {
      identity: shownIdentity(raw, policy, pseudonym),
      raw,
      provider,
      owner: ownerOf(rules, raw, provider),
      routes: [],
      failures: 0,
      events: 0,
      lastSeen: 0,
    }
    const known = this.#entries.get(raw.id)
    if (known !== undefined && known.length < maxVariants) known.push(entry)
    else {
      if (this.#entries.size >= maxIdentities) this.#forget()
      this.#entries.set(raw.id, [entry])
    }
    return entry
  }

  #forget(): void {
    for (const [id, entries] of this.#entries) {
      if (entries.every(({ failures }) => failures === 0)) this.#entries.delete(id)
      if (this.#entries.size < maxIdentities * 0.9) return
    }
    this.#entries.clear()
  }

  routeOf(event: IdentityEvent, entry: IdentityEntry): Route {
    const { selectsOn } = this.#engine
    const service = selectsOn.service && event.kind === 'token.use' ? event.service : undefined
    const audience = selectsOn.audience && event.kind === 'token.request' ? event.audience : undefined
    const workload = selectsOn.workload ? event.workload?.name : undefined
    const { routes } = entry
    for (let i = 0; i < routes.length; i++) {
      const route = routes[i] as Route
      if (
        route.kind === event.kind &&
        route.source === event.source &&
        route.layer === event.layer &&
        route.service === service &&
        route.audience === audience &&
        route.workload === workload
      )
        return route
    }
    const route: Route = {
      kind: event.kind,
      source: event.source,
      layer: event.layer,
      service: detachedIfAny(service),
      audience: detachedIfAny(audience),
      workload: detachedIfAny(workload),
      targets: this.#engine.targetsFor(event, entry.owner),
      series: this.#counters.seriesFor(event, entry.owner.app),
    }
    if (entry.routes.length >= maxRoutes) entry.routes.length = 0
    entry.routes.push(route)
    return route
  }

  all(): readonly IdentityEntry[] {
    return [...this.#entries.values()].flat()
  }

  /** Identities by number of failures, then of events; each once, under the description that most events gave. */
  top(limit: number): readonly IdentitySummary[] {
    const best: IdentitySummary[] = []
    for (const entries of this.#entries.values()) {
      for (const summary of summariesOf(entries)) {
        const last = best.length < limit ? undefined : best.at(-1)
        if (last !== undefined && byTrouble(summary, last) >= 0) continue
        best.push(summary)
        best.sort(byTrouble)
        best.length = Math.min(best.length, limit)
      }
    }
    return best
  }
}

/** The identities that share one id, each with the counts of all its descriptions. */
function summariesOf(entries: readonly IdentityEntry[]): Iterable<IdentitySummary> {
  if (entries.length === 1) return entries
  const summaries = new Map<string, IdentitySummary>()
  for (const { identity, provider, owner, failures, events, lastSeen } of entries.toSorted(byDescription)) {
    const key = JSON.stringify([provider, identity.tenant, identity.id])
    const former = summaries.get(key)
    summaries.set(key, {
      identity: former?.identity ?? identity,
      provider,
      owner: former?.owner ?? owner,
      failures: failures + (former?.failures ?? 0),
      events: events + (former?.events ?? 0),
      lastSeen: Math.max(lastSeen, former?.lastSeen ?? lastSeen),
    })
  }
  return summaries.values()
}

function compareTexts(a: string, b: string): number {
  return a === b ? 0 : a < b ? -1 : 1
}

/** Most events first; a total order of its own, so that it does not show which record came first. */
function byDescription(a: IdentityEntry, b: IdentityEntry): number {
  return b.events - a.events || compareTexts(JSON.stringify(a.identity), JSON.stringify(b.identity))
}

function byTrouble(a: IdentitySummary, b: IdentitySummary): number {
  return (
    b.failures - a.failures ||
    b.events - a.events ||
    compareTexts(a.identity.id, b.identity.id) ||
    compareTexts(a.identity.tenant, b.identity.tenant) ||
    compareTexts(a.provider, b.provider)
  )
}

/** In all that ownership, `where` and labels look at. */
function isSame({ raw, provider: of }: IdentityEntry, identity: Identity, provider: Provider): boolean {
  return (
    raw.type === identity.type &&
    raw.tenant === identity.tenant &&
    raw.name === identity.name &&
    raw.namespace === identity.namespace &&
    raw.path === identity.path &&
    raw.repository === identity.repository &&
    of === provider
  )
}

function detachedIdentity(identity: Identity): Identity {
  return {
    id: detached(identity.id),
    name: detachedIfAny(identity.name),
    type: identity.type,
    tenant: detached(identity.tenant),
    namespace: detachedIfAny(identity.namespace),
    path: detachedIfAny(identity.path),
    repository: detachedIfAny(identity.repository),
  }
}
