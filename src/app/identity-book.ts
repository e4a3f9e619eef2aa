/** What is known of each identity seen: owner, how its events are routed, and its own counts. */
import { detached, detachedIfAny } from '../events/detach.ts'
import type { Identity, IdentityEvent, Provider } from '../events/event.ts'
import { type Owner, type OwnershipRule, ownerOf } from '../events/ownership.ts'
import type { Pseudonym, PseudonymPolicy } from '../events/pseudonyms.ts'
import { pseudonymise } from '../events/pseudonyms.ts'
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

export interface IdentityEntry {
  /** As it may be shown: people are pseudonyms here. */
  readonly identity: Identity
  readonly provider: Provider
  readonly owner: Owner
  readonly routes: Route[]
  /** Failed and all token requests and uses. */
  failures: number
  events: number
  /** Epoch ms. */
  lastSeen: number
}

/** Beyond this many identities the least troubled ones are forgotten; their counts stay in all tallies. */
const maxIdentities = 100_000
const maxRoutes = 64

export interface IdentityBookOptions {
  readonly rules: readonly OwnershipRule[]
  readonly policy: PseudonymPolicy
  readonly pseudonym: Pseudonym
}

export class IdentityBook {
  readonly #options: IdentityBookOptions
  readonly #engine: Engine
  readonly #counters: EventCounters
  /** By raw id: what is shown is in the entry. */
  readonly #entries = new Map<string, IdentityEntry>()

  constructor(options: IdentityBookOptions, engine: Engine, counters: EventCounters) {
    this.#options = options
    this.#engine = engine
    this.#counters = counters
  }

  entryOf(event: IdentityEvent): IdentityEntry {
    return this.#entries.get(event.identity.id) ?? this.#add(event)
  }

  #add(event: IdentityEvent): IdentityEntry {
    if (this.#entries.size >= maxIdentities) this.#forget()
    const { rules, policy, pseudonym } = this.#options
    const identity = detachedIdentity(event.identity)
    const owner = ownerOf(rules, identity, event.provider)
    const shown = pseudonymise({ ...event, identity }, policy, pseudonym).identity
    const entry = {
      identity: shown,
      provider: event.provider,
      owner,
      routes: [],
      failures: 0,
      events: 0,
      lastSeen: 0,
    }
    this.#entries.set(identity.id, entry)
    return entry
  }

  #forget(): void {
    for (const [id, entry] of this.#entries) {
      if (entry.failures === 0) this.#entries.delete(id)
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

  /** Identities by number of failures, then of events. */
  top(limit: number): readonly IdentityEntry[] {
    return [...this.#entries.values()]
      .sort(
        (a, b) => b.failures - a.failures || b.events - a.events || (a.identity.id < b.identity.id ? -1 : 1),
      )
      .slice(0, limit)
  }

  get size(): number {
    return this.#entries.size
  }

  unowned(): readonly IdentityEntry[] {
    return [...this.#entries.values()].filter((entry) => !entry.owner.isOwned)
  }
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
