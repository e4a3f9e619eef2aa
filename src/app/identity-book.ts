/** What is known of each identity seen: owner, how its events are routed, and its own counts. */
import { detached, detachedIfAny } from '../events/detach.ts'
import type { Identity, IdentityEvent, Provider } from '../events/event.ts'
import { type Owner, type OwnershipRule, ownerOf } from '../events/ownership.ts'
import { type Pseudonym, type PseudonymPolicy, shownIdentity } from '../events/pseudonyms.ts'
import type { Engine, Target } from '../objectives/engine.ts'
import type { EventCounters, EventSeries } from '../outputs/event-counters.ts'
import { type IdentitySummary, IdentityTallies, type IdentityTally } from './identity-tallies.ts'

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
  readonly tally: IdentityTally
}

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

  readonly tallies: IdentityTallies

  /** `former`: the book under other rules, whose counts go on here. */
  constructor(options: IdentityBookOptions, engine: Engine, counters: EventCounters, former?: IdentityBook) {
    this.#options = options
    this.#engine = engine
    this.#counters = counters
    const owner = (identity: Identity, provider: Provider): Owner =>
      ownerOf(options.rules, identity, provider)
    this.tallies = new IdentityTallies(owner, former !== undefined)
    if (former !== undefined) this.#takeOver(former)
  }

  /** Counts of identities that no record has described since the start go on under their old description. */
  #takeOver(former: IdentityBook): void {
    const moved = new Set<IdentityTally>()
    for (const { raw, provider, tally } of former.#all()) {
      const entry = this.#add(raw, provider)
      if (!moved.has(tally)) this.tallies.add(entry.tally, tally)
      moved.add(tally)
    }
    for (const tally of former.tallies.all()) {
      if (!moved.has(tally)) this.tallies.add(this.tallies.of(tally.identity, tally.provider), tally)
    }
  }

  count({ tally }: IdentityEntry, event: IdentityEvent): void {
    this.tallies.count(tally, event)
  }

  entryOf({ identity, provider }: IdentityEvent): IdentityEntry {
    const known = this.#entries.get(identity.id)
    if (known !== undefined) for (const entry of known) if (isSame(entry, identity, provider)) return entry
    return this.#add(detachedIdentity(identity), provider)
  }

  #add(raw: Identity, provider: Provider): IdentityEntry {
    const { rules, policy, pseudonym } = this.#options
    if (Math.max(this.tallies.size, this.#entries.size) >= maxIdentities) this.#forget()
    const known = this.#variantsOf(raw.id)
    const identity = shownIdentity(raw, policy, pseudonym)
    const owner = ownerOf(rules, raw, provider)
    const tally = this.tallies.of(identity, provider, owner)
    const entry: IdentityEntry = { identity, raw, provider, owner, routes: [], tally }
    known.push(entry)
    return entry
  }

  /** Descriptions of one id, with room for one more. */
  #variantsOf(id: string): IdentityEntry[] {
    const known = this.#entries.get(id) ?? []
    if (known.length < maxVariants) {
      this.#entries.set(id, known)
      return known
    }
    for (const { tally } of known) this.tallies.delete(tally)
    const fresh: IdentityEntry[] = []
    this.#entries.set(id, fresh)
    return fresh
  }

  /** Descriptions come back with their next records. */
  #forget(): void {
    this.tallies.forget(maxIdentities * 0.9)
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

  #all(): readonly IdentityEntry[] {
    return [...this.#entries.values()].flat()
  }

  /** Identities by number of failures, then of events. */
  top(limit: number): readonly IdentitySummary[] {
    return this.tallies.top(limit)
  }
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
