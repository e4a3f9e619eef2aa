/** The inventory of identities: who can reach what, who did, and what a compromise of each would come to. */
import type { IdentityEvent } from '../events/event.ts'
import { AccessGraph, type Principal, type Snapshot } from './access-graph.ts'
import { reachable, type Step, stepsOf } from './chaining.ts'
import { defaultHygiene, type Finding, findingsOf, type HygieneLimits } from './hygiene.ts'
import { defaultLimits, Learned, type LearnedLimits, type Lesson } from './learned.ts'
import { byText, scopeKey } from './names.ts'
import { covers, type Radius, radiusOf, resourcesOf } from './radius.ts'
import { placeRights, type Right, type Rights, rightsOf } from './rights.ts'

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

interface Known {
  readonly rights: Rights
  readonly steps: readonly Step[]
}

/** Groups, the public and the clouds' own services hold rights and are nobody that could be compromised. */
function isIdentity({ type }: Principal): boolean {
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
  #known = new Map<string, Known>()

  constructor(limits: LearnedLimits = defaultLimits) {
    this.learned = new Learned(limits)
  }

  /** Takes a source's facts in place of those that it gave before. An older snapshot than the present one is left out. */
  replace(snapshot: Snapshot): void {
    const present = this.#snapshots.get(snapshot.source)
    if (present !== undefined && present.takenAt > snapshot.takenAt) return
    this.#snapshots.set(snapshot.source, snapshot)
    this.#graph = undefined
    this.#known.clear()
  }

  /** Learns from one event; what it changes of an identity's rights holds at once. */
  apply(event: IdentityEvent): void {
    const lesson = this.learned.learn(event)
    if (lesson === undefined || this.#graph === undefined) return
    if (event.kind !== 'assignment.change' && event.kind !== 'identity.change') {
      this.#use(lesson, event)
      return
    }
    this.#graph.learn(lesson)
    const principal = this.#graph.principals.get(lesson.key)
    if (principal !== undefined) placeRights(principal, this.#graph)
    // What a group gains, its members gain; what a binding loses, its subjects lose.
    if (principal === undefined || mayHaveMembers(principal, this.#graph)) this.#known.clear()
    else this.#known.delete(lesson.key)
  }

  #use(lesson: Lesson, event: IdentityEvent): void {
    const graph = this.#graph
    // Whatever is known of an identity only by its use has to be taken over once.
    if (graph === undefined || !graph.principals.has(lesson.key)) graph?.learn(lesson)
    else if (event.kind === 'token.use' && event.resource !== undefined)
      graph.learnUse(lesson, scopeKey(event.provider, event.identity.tenant, event.resource))
  }

  /** Built when it is first asked for after a snapshot came. */
  get graph(): AccessGraph {
    if (this.#graph !== undefined) return this.#graph
    const graph = new AccessGraph([...this.#snapshots.values()], this.learned.lessons.values())
    for (const principal of graph.principals.values()) placeRights(principal, graph)
    this.#graph = graph
    return graph
  }

  #of(key: string): Known {
    const known = this.#known.get(key)
    if (known !== undefined) return known
    const principal = this.graph.principals.get(key)
    const rights =
      principal === undefined ? { reaches: [], assumes: [], actsAs: [] } : rightsOf(principal, this.graph)
    const fresh = { rights, steps: principal === undefined ? [] : stepsOf(this.graph, principal, rights) }
    this.#known.set(key, fresh)
    return fresh
  }

  granted(identity: string): Radius {
    return radiusOf(this.#of(identity).rights.reaches, this.graph.resources)
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

  /** What a compromise would reach, the worst first: wide ones, then by number, then by name. */
  ranking(): readonly Exposure[] {
    return this.identities()
      .flatMap((key) => this.exposure(key) ?? [])
      .sort(
        (a, b) =>
          Number(b.compromise.isWide) - Number(a.compromise.isWide) ||
          b.compromise.count - a.compromise.count ||
          (a.identity < b.identity ? -1 : 1),
      )
  }

  /** Identities that several workloads use which have nothing else in common. */
  shared(): readonly Sharing[] {
    const found: Sharing[] = []
    for (const { key, workloads, repositories } of this.learned.lessons.values()) {
      const unrelated = new Set([...workloads.keys()].map(workloadFamily))
      if (unrelated.size > 1 || repositories.size > 1)
        found.push({
          identity: key,
          workloads: [...unrelated].sort(byText),
          repositories: [...repositories.keys()].sort(byText),
        })
    }
    return found.sort((a, b) => (a.identity < b.identity ? -1 : 1))
  }

  findings(now: number, limits: HygieneLimits = defaultHygiene): readonly Finding[] {
    return findingsOf({ graph: this.graph, lessons: this.learned.lessons, now, limits })
  }
}

/** Replicas of one deployment, numbered machines and set members are one workload: `pod/web-7d9f8b6c5d-x2x9k`, `vm/web-3`. */
export function workloadFamily(workload: string): string {
  return workload
    .replace(/^(pod\/.+?)-[a-z0-9]{8,10}-[a-z0-9]{5}$/, '$1')
    .replace(/^((?:pod|vm|task)\/.+?)[-_]\d+$/, '$1')
}
