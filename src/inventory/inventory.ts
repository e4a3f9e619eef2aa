/** The inventory of identities: who can reach what, who did, and what a compromise of each would come to. */
import type { IdentityEvent } from '../events/event.ts'
import { AccessGraph, type Principal, type Snapshot } from './access-graph.ts'
import { reachable, type Step, stepsOf } from './chaining.ts'
import { defaultHygiene, type Finding, type HygieneLimits, hygieneOf } from './hygiene.ts'
import { defaultLimits, Learned, type LearnedLimits, type Lesson } from './learned.ts'
import { byText, scopeKey } from './names.ts'
import { covers, type Radius, radiusOf, resourcesOf } from './radius.ts'
import { placeRights, type Right, type Rights, rightsOf, turnsOf } from './rights.ts'
import { turnsOf as turnsOfStatement } from './statement.ts'

export interface Compromise extends Radius {
  /** Identities that it could act as, step by step. */
  readonly chained: readonly string[]
}

export interface Exposure {
  readonly identity: string
  readonly name: string | undefined
  readonly provider: Principal['provider']
  readonly type: Principal['type']
  readonly tenant: string
  readonly granted: Radius
  readonly used: number
  readonly compromise: Compromise
}

export interface Sharing {
  readonly identity: string
  readonly workloads: readonly string[]
  readonly repositories: readonly string[]
}

/** Whose rights an event changed, and from when on, epoch ms. */
export interface RightsChange {
  readonly identity: string
  /** Others may be changed with it, as by a group or a binding. */
  readonly isShared: boolean
  readonly time: number
}

/** The first that is said of a right says how it was before, too: not held, or held. */
function effectiveFrom(lesson: Lesson, event: IdentityEvent, stateBefore: number | undefined): number {
  if (event.kind !== 'assignment.change') return Math.min(event.time, stateBefore ?? event.time)
  const scope = scopeKey(event.provider, event.identity.tenant, event.scope)
  const statement = lesson.statements.get(`${event.role}\n${scope}`)
  const first = statement && turnsOfStatement(statement)[0]
  return first !== undefined && first.time >= event.time ? Number.NEGATIVE_INFINITY : event.time
}

interface Known {
  readonly rights: Rights
  readonly steps: readonly Step[]
}

/** Groups, the public and the clouds' own services hold rights and are nobody that could be compromised. */
export function isIdentity({ type }: Principal): boolean {
  return type !== 'group' && type !== 'everyone' && type !== 'service'
}

/** Membership follows from lists, or from the name alone. */
function mayHaveMembers(principal: Principal, graph: AccessGraph): boolean {
  return graph.groups.has(principal.key) || !isIdentity(principal) || /group[:/]/.test(principal.key)
}

export class Inventory {
  readonly learned: Learned
  readonly #snapshots = new Map<string, Snapshot>()
  #graph: AccessGraph | undefined
  /** Whether what was known before a snapshot goes on being said until `prepare` is done: then nobody waits. */
  isPatient = false
  /** Goes up with everything that is learned. */
  version = 0
  /** Whether a snapshot came that the graph does not know. */
  #isStale = true
  /** What events taught while the next graph is built. */
  #meanwhile: Set<Lesson> | undefined
  #known = new Map<string, Known>()

  constructor(limits: LearnedLimits = defaultLimits) {
    this.learned = new Learned(limits)
  }

  /** The newest of each source. */
  get snapshots(): readonly Snapshot[] {
    return [...this.#snapshots.values()]
  }

  /** Takes a source's facts in place of those that it gave before. An older snapshot than the present one is left out. */
  replace(snapshot: Snapshot): void {
    const present = this.#snapshots.get(snapshot.source)
    if (present !== undefined && present.takenAt > snapshot.takenAt) return
    this.#snapshots.set(snapshot.source, snapshot)
    this.version++
    this.#isStale = true
  }

  /** A source that is gone says nothing any more. */
  remove(source: string): void {
    if (!this.#snapshots.delete(source)) return
    this.version++
    this.#isStale = true
  }

  /** Learns from one event; what it changes of an identity's rights holds at once. */
  apply(event: IdentityEvent): RightsChange | undefined {
    const stateBefore = event.kind === 'identity.change' ? this.learned.stateSince(event) : undefined
    const lesson = this.learned.learn(event)
    if (lesson === undefined) return undefined
    this.version++
    this.#meanwhile?.add(lesson)
    const isChange = event.kind === 'assignment.change' || event.kind === 'identity.change'
    if (!isChange) this.#use(lesson, event)
    return isChange ? this.#change(lesson, effectiveFrom(lesson, event, stateBefore)) : undefined
  }

  #change(lesson: Lesson, time: number): RightsChange {
    const graph = this.#graph
    graph?.learn(lesson)
    const principal = graph?.principals.get(lesson.key)
    if (graph !== undefined && principal !== undefined) placeRights(principal, graph)
    // What a group gains, its members gain; what a binding loses, its subjects lose.
    const isShared = graph === undefined || principal === undefined || mayHaveMembers(principal, graph)
    if (isShared) this.#known.clear()
    else this.#known.delete(lesson.key)
    return { identity: lesson.key, isShared, time }
  }

  #use(lesson: Lesson, event: IdentityEvent): void {
    const graph = this.#graph
    // Whatever is known of an identity only by its use has to be taken over once.
    if (graph === undefined || !graph.principals.has(lesson.key)) graph?.learn(lesson)
    else if (event.kind === 'token.use' && event.resource !== undefined)
      graph.learnUse(lesson, scopeKey(event.provider, event.identity.tenant, event.resource))
  }

  *#built(): Generator<void, AccessGraph> {
    const graph = new AccessGraph()
    yield* graph.fill(this.snapshots, this.learned.lessons.values())
    for (const principal of graph.principals.values()) {
      placeRights(principal, graph)
      yield
    }
    return graph
  }

  /** Builds what a snapshot asks for, pausing where it yields; until it is done, what was known before is said. */
  *prepare(): Generator<void, void> {
    if (!this.#isStale) return
    this.#isStale = false
    this.#meanwhile = new Set()
    try {
      const graph = yield* this.#built()
      for (const lesson of this.#meanwhile) {
        graph.learn(lesson)
        const principal = graph.principals.get(lesson.key)
        if (principal !== undefined) placeRights(principal, graph)
      }
      this.#take(graph)
    } finally {
      if (this.#meanwhile !== undefined) this.#isStale = true
      this.#meanwhile = undefined
    }
  }

  #take(graph: AccessGraph): void {
    this.#graph = graph
    this.#meanwhile = undefined
    this.#known.clear()
  }

  /** Built at once when it is asked for after a snapshot came, if nobody prepares it and nobody is patient. */
  get graph(): AccessGraph {
    const isCurrent = !this.#isStale || this.#meanwhile !== undefined || this.isPatient
    if (this.#graph !== undefined && isCurrent) return this.#graph
    const building = this.#built()
    let step = building.next()
    while (step.done !== true) step = building.next()
    this.#isStale = false
    this.#take(step.value)
    return step.value
  }

  #of(key: string): Known {
    // Before what is remembered: a new graph forgets it.
    const { graph } = this
    const known = this.#known.get(key)
    if (known !== undefined) return known
    const principal = graph.principals.get(key)
    const rights =
      principal === undefined ? { reaches: [], assumes: [], actsAs: [] } : rightsOf(principal, graph)
    const fresh = { rights, steps: principal === undefined ? [] : stepsOf(graph, principal, rights) }
    this.#known.set(key, fresh)
    return fresh
  }

  granted(identity: string): Radius {
    return radiusOf(this.#of(identity).rights.reaches, this.graph.resources)
  }

  /** As of `at`, epoch ms: by what snapshots and events say of then. */
  grantedAt(identity: string, at: number): Radius {
    const principal = this.graph.principals.get(identity)
    const reaches = principal === undefined ? [] : rightsOf(principal, this.graph, at).reaches
    return radiusOf(reaches, this.graph.resources)
  }

  /** When what the identity holds may have changed, epoch ms: between two of them, it is the same. */
  turns(identity: string): readonly number[] {
    const principal = this.graph.principals.get(identity)
    return principal === undefined ? [] : turnsOf(principal, this.graph)
  }

  /** Names of the first resources that are granted. */
  grantedResources(identity: string, limit: number): readonly string[] {
    return resourcesOf(this.#of(identity).rights.reaches, limit)
  }

  /** Resources to when they were last used, epoch ms. */
  used(identity: string): ReadonlyMap<string, number> {
    return this.learned.lessons.get(identity)?.used ?? new Map()
  }

  /** Granted and known resources that it did not use. */
  excess(identity: string): number {
    const { reaches } = this.#of(identity).rights
    const provider = this.graph.principals.get(identity)?.provider ?? 'other'
    const needed = [...this.used(identity).keys()].filter((resource) =>
      covers(reaches, resource, this.graph.placed(provider, resource).node),
    )
    return this.granted(identity).resources - needed.length
  }

  /** Whom it can act as, step by step; whether without conditions. */
  chain(identity: string): ReadonlyMap<string, { readonly isCertain: boolean }> {
    return reachable(identity, (key) => this.#of(key).steps)
  }

  /** Everything that whoever holds the identity reaches, by acting as others, too. */
  compromise(identity: string): Compromise {
    const chain = this.chain(identity)
    const rights: Right[] = [...this.#of(identity).rights.reaches]
    for (const [key, { isCertain }] of chain)
      for (const right of this.#of(key).rights.reaches)
        rights.push(isCertain ? right : { ...right, conditions: [...right.conditions, 'chain'] })
    return { ...radiusOf(rights, this.graph.resources), chained: [...chain.keys()].sort(byText) }
  }

  exposure(identity: string): Exposure | undefined {
    const principal = this.graph.principals.get(identity)
    if (principal === undefined) return undefined
    const { name, provider, type, tenant } = principal
    const granted = this.granted(identity)
    const chained = this.#of(identity).steps.length === 0
    const compromise = chained ? { ...granted, chained: [] } : this.compromise(identity)
    return { identity, name, provider, type, tenant, granted, used: this.used(identity).size, compromise }
  }

  identities(): readonly string[] {
    return [...this.graph.principals.values()].filter(isIdentity).map(({ key }) => key)
  }

  /** What a compromise would reach, the worst first. */
  ranking(): readonly Exposure[] {
    return this.identities()
      .flatMap((key) => this.exposure(key) ?? [])
      .sort(byCompromise)
  }

  /** Identities that several workloads use which have nothing else in common. */
  shared(): readonly Sharing[] {
    return [...this.learned.lessons.values()]
      .flatMap((lesson) => sharingOf(lesson) ?? [])
      .sort((a, b) => (a.identity < b.identity ? -1 : 1))
  }

  findingsOf(identity: string, now: number, limits: HygieneLimits = defaultHygiene): readonly Finding[] {
    const { graph } = this
    const principal = graph.principals.get(identity)
    const of = hygieneOf({ graph, lessons: this.learned.lessons, now, limits })
    return principal === undefined ? [] : of(principal)
  }

  findings(now: number, limits: HygieneLimits = defaultHygiene): readonly Finding[] {
    const { graph } = this
    const of = hygieneOf({ graph, lessons: this.learned.lessons, now, limits })
    return [...graph.principals.values()].flatMap(of)
  }
}

/** Wide ones first, then by number, then by name. */
export function byCompromise(a: Exposure, b: Exposure): number {
  return (
    Number(b.compromise.isWide) - Number(a.compromise.isWide) ||
    b.compromise.count - a.compromise.count ||
    byText(a.identity, b.identity)
  )
}

/** The unrelated workloads of one identity; undefined where it has one, or none. */
export function sharingOf({ key, workloads, repositories }: Lesson): Sharing | undefined {
  const unrelated = new Set([...workloads.keys()].map(workloadFamily))
  if (unrelated.size <= 1 && repositories.size <= 1) return undefined
  return {
    identity: key,
    workloads: [...unrelated].sort(byText),
    repositories: [...repositories.keys()].sort(byText),
  }
}

/** Replicas of one deployment, numbered machines and set members are one workload: `pod/web-7d9f8b6c5d-x2x9k`, `vm/web-3`. */
export function workloadFamily(workload: string): string {
  return workload
    .replace(/^(pod\/.+?)-[a-z0-9]{8,10}-[a-z0-9]{5}$/, '$1')
    .replace(/^((?:pod|vm|task)\/.+?)[-_]\d+$/, '$1')
}
