/** What is known of each identity seen: owner, how its events are routed, and its own counts. */
import { newSubjectMemo, type SubjectMemo } from '../diagnosis/subject.ts'
import { detached, detachedIfAny } from '../events/detach.ts'
import type { Identity, IdentityEvent, Provider } from '../events/event.ts'
import { type HolderMemo, newHolderMemo } from '../events/fallback/holders.ts'
import { globMatches } from '../events/glob.ts'
import { type Owner, type OwnershipRule, ownerOf } from '../events/ownership.ts'
import { flowsOf, isFlow, type PlannedFlow } from '../events/planned-flows.ts'
import { type Pseudonym, type PseudonymPolicy, shownIdentity } from '../events/pseudonyms.ts'
import { TextIndex } from '../events/text-index.ts'
import { TextPool } from '../events/text-pool.ts'
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
  /** Planned flows that uses on this route may belong to; undefined where none are configured. */
  readonly flows: readonly PlannedFlow[] | undefined
}

/** One identity as some of its records describe it: others may lack its name, and then it may have another owner. */
export interface IdentityEntry {
  /** The same id as other records describe it. */
  readonly next: IdentityEntry | undefined
  /** As the records have it: never shown. */
  readonly raw: Identity
  readonly provider: Provider
  readonly owner: Owner
  /** As it may be shown: people are pseudonyms here. */
  readonly identity: Identity
  readonly tally: IdentityTally
  readonly holder: HolderMemo
  readonly evidence: SubjectMemo
  /** Of the last event. */
  route: Route | undefined
  readonly routes: Route[]
}

/** Beyond this many identities the least troubled ones are forgotten; their counts stay in all tallies. */
const maxIdentities = 100_000
const maxRoutes = 64
/** Descriptions kept of one id: beyond it, all of them start anew. */
const maxVariants = 32
const maxTexts = 10_000
const maxTargetLists = 64

export interface IdentityBookOptions {
  readonly rules: readonly OwnershipRule[]
  readonly policy: PseudonymPolicy
  readonly pseudonym: Pseudonym
  /** Undefined: nobody has said which calls are planned. */
  readonly flows?: readonly PlannedFlow[] | undefined
  /** Roles of EKS nodes, by id or name; globs. */
  readonly nodeRoles?: readonly string[] | undefined
}

export class IdentityBook {
  readonly #options: IdentityBookOptions
  readonly #engine: Engine
  readonly #counters: EventCounters
  /** Fields by which events of one identity take different routes. */
  readonly #selectsOn: Engine['selectsOn']
  /** By raw id. One id can stand for several: an account of the same name in two clusters, `unknown` in any tenant. */
  readonly #ids = new TextIndex()
  /** By the number of the raw id: the last description of it. */
  #entries: IdentityEntry[] = []
  /** Texts that many identities have in common, each once. */
  readonly #texts = new TextPool(maxTexts)
  readonly #targetLists: (readonly Target[])[] = []
  readonly tallies: IdentityTallies

  /** `former`: the book under other rules, whose counts go on here. */
  constructor(options: IdentityBookOptions, engine: Engine, counters: EventCounters, former?: IdentityBook) {
    this.#options = options
    this.#engine = engine
    this.#counters = counters
    const { flows = [] } = options
    this.#selectsOn = {
      service: engine.selectsOn.service || flows.length > 0,
      audience: engine.selectsOn.audience || flows.length > 0,
      workload: engine.selectsOn.workload || flows.some(({ workload }) => workload !== undefined),
    }
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
    let entry = this.#entries[this.#ids.numberOf(identity.id)]
    for (; entry !== undefined; entry = entry.next) if (isSame(entry, identity, provider)) return entry
    return this.#add(this.#detached(identity), provider)
  }

  #add(raw: Identity, provider: Provider): IdentityEntry {
    const { rules, policy, pseudonym, nodeRoles = [] } = this.#options
    if (Math.max(this.tallies.size, this.#entries.length) >= maxIdentities) this.#forget()
    const number = this.#ids.numberOf(raw.id)
    const identity = shownIdentity(raw, policy, pseudonym)
    const owner = ownerOf(rules, raw, provider)
    const next = this.#withRoom(this.#entries[number])
    const tally = this.tallies.of(identity, provider, owner)
    const holder = newHolderMemo(provider === 'aws' && isNamedBy(nodeRoles, raw))
    const memos = { holder, evidence: newSubjectMemo() }
    const entry = { next, raw, provider, owner, identity, tally, ...memos, route: undefined, routes: [] }
    this.#entries[number] = entry
    return entry
  }

  /** Descriptions of one id; none if there is no room for one more. */
  #withRoom(first: IdentityEntry | undefined): IdentityEntry | undefined {
    const known = descriptions(first)
    if (known.length < maxVariants) return first
    for (const { tally } of known) this.tallies.delete(tally)
    return undefined
  }

  /** Descriptions come back with their next records. */
  #forget(): void {
    this.tallies.forget(maxIdentities * 0.9)
    this.#ids.clear()
    this.#entries = []
  }

  #detached(identity: Identity): Identity {
    const { name, namespace, path, repository, service } = identity
    return {
      id: detached(identity.id),
      name: detachedIfAny(name),
      type: identity.type,
      tenant: this.#texts.own(identity.tenant),
      namespace: namespace === undefined ? undefined : this.#texts.own(namespace),
      path: path === undefined ? undefined : this.#texts.own(path),
      repository: detachedIfAny(repository),
      service: service === undefined ? undefined : this.#texts.own(service),
    }
  }

  routeOf(event: IdentityEvent, entry: IdentityEntry): Route {
    const selectsOn = this.#selectsOn
    const service = selectsOn.service && event.kind === 'token.use' ? event.service : undefined
    const audience = selectsOn.audience && event.kind === 'token.request' ? event.audience : undefined
    const workload = selectsOn.workload ? event.workload?.name : undefined
    const fits = (route: Route): boolean =>
      route.kind === event.kind &&
      route.source === event.source &&
      route.layer === event.layer &&
      route.service === service &&
      route.audience === audience &&
      route.workload === workload
    if (entry.route !== undefined && fits(entry.route)) return entry.route
    entry.route = entry.routes.find(fits)
    if (entry.route !== undefined) return entry.route
    const route: Route = {
      kind: event.kind,
      source: event.source,
      layer: event.layer,
      service: detachedIfAny(service),
      audience: detachedIfAny(audience),
      workload: detachedIfAny(workload),
      targets: this.#targetsFor(event, entry.owner),
      series: this.#counters.seriesFor(event, entry.owner.app),
      flows: this.#flowsOf(event, entry),
    }
    if (entry.routes.length >= maxRoutes) entry.routes.length = 0
    entry.routes.push(route)
    entry.route = route
    return route
  }

  /** By the identity as its records have it: whoever plans flows writes no pseudonyms. */
  #flowsOf(
    event: IdentityEvent,
    { raw, provider, owner }: IdentityEntry,
  ): readonly PlannedFlow[] | undefined {
    const { flows } = this.#options
    if (flows === undefined || !isFlow(event)) return undefined
    const service = event.kind === 'token.use' ? event.service : event.audience
    const workload = event.workload?.name
    return flowsOf(flows, { identity: raw, provider, app: owner.app, workload, service })
  }

  /** The same list for the same targets. */
  #targetsFor(event: IdentityEvent, owner: Owner): readonly Target[] {
    const targets = this.#engine.targetsFor(event, owner)
    const isSameList = (list: readonly Target[]): boolean =>
      list.length === targets.length && list.every((target, i) => target === targets[i])
    const known = this.#targetLists.find(isSameList)
    if (known !== undefined) return known
    if (this.#targetLists.length < maxTargetLists) this.#targetLists.push(targets)
    return targets
  }

  #all(): readonly IdentityEntry[] {
    return this.#entries.flatMap(descriptions)
  }

  /** Identities by number of failures, then of events. */
  top(limit: number): readonly IdentitySummary[] {
    return this.tallies.top(limit)
  }
}

function isNamedBy(patterns: readonly string[], { id, name }: Identity): boolean {
  return patterns.some(
    (pattern) => globMatches(pattern, id) || (name !== undefined && globMatches(pattern, name)),
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
    raw.service === identity.service &&
    of === provider
  )
}

function descriptions(first: IdentityEntry | undefined): IdentityEntry[] {
  const all: IdentityEntry[] = []
  for (let entry = first; entry !== undefined; entry = entry.next) all.push(entry)
  return all
}
