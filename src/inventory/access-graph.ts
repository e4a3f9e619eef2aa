/** Who holds which role at which scope: the inventories' statements and the events', the newest of each holds. */
import type { Provider } from '../events/event.ts'
import type {
  CredentialFact,
  Fact,
  GrantFact,
  PrincipalFact,
  PrincipalType,
  RoleFact,
  TrustFact,
} from './facts.ts'
import type { Lesson } from './learned.ts'
import { type Scope, scopeOf } from './scope.ts'
import { ScopeTree, type TreeNode } from './scope-tree.ts'
import { type Statement, turnAt, turnsOf } from './statement.ts'

/** A scope and where it lies. */
export interface PlacedScope {
  readonly scope: Scope
  readonly node: TreeNode
  /** What a scope with a pattern matches, and the tree's version that it was sought in. */
  found?: { readonly version: number; readonly resources: readonly string[] }
}

export interface Grant {
  readonly role: string
  readonly scope: PlacedScope
  via: string | undefined
  conditions: readonly string[]
  /** When an inventory that lists it was taken, epoch ms; -Infinity: none does. */
  listedAt: number
  learned: Statement | undefined
}

export interface Principal {
  readonly key: string
  readonly provider: Provider
  name: string | undefined
  type: PrincipalType
  tenant: string
  createdAt: number | undefined
  lastUsedAt: number | undefined
  state: { readonly is: 'active' | 'disabled' | 'deleted'; readonly time: number } | undefined
  resource: string | undefined
  limitedBy: string | undefined
  /** Some inventory says when it was last used, or never. */
  tellsUse: boolean
  /** An inventory of identities names it, not only an assignment. */
  isListed: boolean
  readonly grants: Map<string, Grant>
  readonly groups: Set<string>
  readonly credentials: CredentialFact[]
}

/** The facts of one source, and when they were so. */
export interface Snapshot {
  readonly source: string
  /** Epoch ms. */
  readonly takenAt: number
  readonly facts: readonly Fact[]
}

export class AccessGraph {
  readonly principals = new Map<string, Principal>()
  readonly roles = new Map<string, RoleFact>()
  /** By who may act as others. */
  readonly trusts = new Map<string, TrustFact[]>()
  readonly resources = new ScopeTree()
  /** Where identities can be taken over: their keys stand at their resources. */
  readonly identities = new ScopeTree()
  /** Whoever has members. */
  readonly groups = new Set<string>()
  readonly removedBindings = new Map<string, number>()
  readonly #scopes = new Map<string, PlacedScope>()
  readonly #complete = new Map<string, number>()

  placed(provider: Provider, text: string): PlacedScope {
    const id = `${provider} ${text}`
    const known = this.#scopes.get(id)
    if (known !== undefined) return known
    const scope = scopeOf(provider, text)
    const placed: PlacedScope = { scope, node: this.resources.at(scope.path) }
    this.#scopes.set(id, placed)
    if (scope.level === 'resource') this.resources.add(placed.node, text)
    return placed
  }

  /** Pauses where it yields: a million statements take seconds. Nothing may be asked of the graph before the end. */
  *fill(snapshots: readonly Snapshot[], lessons: Iterable<Lesson>): Generator<void, void> {
    // The order of sources decides nothing: of two that contradict each other the later taken, then the later named.
    const ordered = [...snapshots].sort((a, b) => a.takenAt - b.takenAt || (a.source < b.source ? -1 : 1))
    for (const { facts } of ordered)
      for (const fact of facts)
        if (fact.fact === 'parent') this.#parent(fact.provider, fact.child, fact.parent)
    for (const { facts, takenAt } of ordered)
      for (const fact of facts) {
        this.#fact(fact, takenAt)
        yield
      }
    for (const principal of this.principals.values()) {
      this.#placeIdentity(principal)
      yield
    }
    for (const lesson of lessons) {
      this.learn(lesson)
      yield
    }
  }

  #parent(provider: Provider, child: string, parent: string): void {
    const [below, above] = [scopeOf(provider, child).path, scopeOf(provider, parent).path]
    this.resources.link(this.resources.at(below), this.resources.at(above))
    this.identities.link(this.identities.at(below), this.identities.at(above))
  }

  #fact(fact: Fact, takenAt: number): void {
    switch (fact.fact) {
      case 'principal':
        this.#principal(fact, takenAt)
        break
      case 'grant':
        this.#grant(fact, takenAt)
        break
      case 'role':
        this.roles.set(fact.id, fact)
        for (const { scope } of fact.provider === 'aws' ? fact.reaches : []) this.placed('aws', scope)
        break
      case 'trust': {
        const known = this.trusts.get(fact.who)
        if (known === undefined) this.trusts.set(fact.who, [fact])
        else known.push(fact)
        break
      }
      case 'member':
        this.principal(fact.member, fact.provider).groups.add(fact.group)
        this.groups.add(fact.group)
        break
      case 'resource':
        this.placed(fact.provider, fact.id)
        break
      case 'credential':
        this.principal(fact.principal, fact.provider).credentials.push(fact)
        break
      case 'complete':
        this.#complete.set(fact.scope, Math.max(takenAt, this.#complete.get(fact.scope) ?? -Infinity))
        break
      case 'parent':
        break
    }
  }

  principal(key: string, provider: Provider): Principal {
    const known = this.principals.get(key)
    if (known !== undefined) return known
    const empty = { createdAt: undefined, lastUsedAt: undefined, state: undefined, resource: undefined }
    const fresh: Principal = {
      ...empty,
      key,
      provider,
      name: undefined,
      type: 'unknown',
      tenant: '',
      limitedBy: undefined,
      tellsUse: false,
      isListed: false,
      grants: new Map(),
      groups: new Set(),
      credentials: [],
    }
    this.principals.set(key, fresh)
    return fresh
  }

  #principal(fact: PrincipalFact, takenAt: number): void {
    const before = this.principal(fact.id, fact.provider)
    if (fact.name !== undefined) before.name = fact.name
    // An assignment knows less of the type than the identity's own entry: `user-assigned` outlives `service-principal`.
    if (before.type === 'unknown' || (fact.state === 'active' && fact.type !== 'unknown'))
      before.type = fact.type
    if (fact.tenant !== '' && before.tenant === '') before.tenant = fact.tenant
    before.createdAt = fact.createdAt ?? before.createdAt
    before.lastUsedAt = latest(fact.lastUsedAt, before.lastUsedAt)
    before.tellsUse ||= fact.tellsUse === true
    before.resource = fact.resource ?? before.resource
    before.limitedBy = fact.limitedBy ?? before.limitedBy
    if (fact.state !== undefined) before.state = { is: fact.state, time: takenAt }
    if (fact.state === 'active' || fact.state === 'disabled') before.isListed = true
  }

  #grant(fact: GrantFact, takenAt: number): void {
    const grant = this.#grantOf(this.principal(fact.principal, fact.provider), fact.role, fact.scope)
    // Listed twice, once without a condition: it always holds.
    const isAnew = grant.listedAt === -Infinity
    grant.conditions = isAnew || fact.conditions.length === 0 ? fact.conditions : grant.conditions
    grant.via = isAnew || grant.via === fact.via ? fact.via : undefined
    grant.listedAt = Math.max(grant.listedAt, takenAt)
  }

  #grantOf(principal: Principal, role: string, scope: string): Grant {
    const id = `${role}\n${scope}`
    const known = principal.grants.get(id)
    if (known !== undefined) return known
    const placed = this.placed(principal.provider, scope)
    const grant: Grant = {
      role,
      scope: placed,
      via: undefined,
      conditions: [],
      listedAt: -Infinity,
      learned: undefined,
    }
    principal.grants.set(id, grant)
    return grant
  }

  #placeIdentity(principal: Principal): void {
    if (principal.resource === undefined) return
    const { path } = scopeOf(principal.provider, principal.resource)
    const node = this.identities.at([...path, 'identity', principal.key])
    this.identities.add(node, principal.key)
  }

  /** Takes over what events taught about one identity. */
  learn(lesson: Lesson): void {
    if (isBinding(lesson)) {
      for (const { op, time } of lesson.statements.values())
        if (op === 'removed')
          this.removedBindings.set(lesson.key, Math.max(time, this.removedBindings.get(lesson.key) ?? time))
      return
    }
    const principal = this.principal(lesson.key, lesson.provider)
    principal.name ??= lesson.name
    if (principal.type === 'unknown') principal.type = lesson.type
    if (principal.tenant === '') principal.tenant = lesson.tenant
    const { state } = lesson
    if (state !== undefined && (principal.state === undefined || state.time > principal.state.time))
      principal.state = state
    for (const statement of lesson.statements.values())
      this.#grantOf(principal, statement.role, statement.scope).learned = statement
    for (const resource of lesson.used.keys()) this.placed(lesson.provider, resource)
  }

  /** Makes a resource known that was used; cheap, since uses are many. */
  learnUse(lesson: Lesson, resource: string): void {
    this.principal(lesson.key, lesson.provider)
    if (lesson.used.has(resource)) this.placed(lesson.provider, resource)
  }

  /**
   * Whether the grant holds at `at` (epoch ms; by default, by all that is known): the newest statement about it wins, a
   * removal among equals. Before the first statement it was as that one found it: held if it was listed or removed.
   */
  holds(grant: Grant, at = Number.POSITIVE_INFINITY): boolean {
    const learned = grant.learned && turnAt(grant.learned, at)
    const listedAt = grant.listedAt <= at ? grant.listedAt : -Infinity
    if (learned === undefined && listedAt === -Infinity) return wasHeld(grant)
    const unbound = grant.via === undefined ? -Infinity : (this.removedBindings.get(grant.via) ?? -Infinity)
    if (unbound <= at && unbound >= Math.max(listedAt, learned?.time ?? -Infinity)) return false
    if (learned === undefined || learned.time < listedAt) return listedAt > -Infinity
    if (learned.op === 'removed') return false
    // An inventory that lists everything and was taken later would have shown it.
    const listing = this.#complete.get(grant.scope.scope.text) ?? -Infinity
    return listedAt >= learned.time || listing > at || listing < learned.time
  }

  /** When what the principal holds by itself may have changed, epoch ms. */
  turnsOf(principal: Principal): readonly number[] {
    return [...principal.grants.values()].flatMap(({ learned, via }) => [
      ...(learned === undefined ? [] : turnsOf(learned).map(({ time }) => time)),
      ...(via === undefined ? [] : [this.removedBindings.get(via) ?? []].flat()),
    ])
  }
}

/** Before the first that was said about it. */
function wasHeld({ learned, listedAt }: Grant): boolean {
  const first = learned === undefined ? undefined : turnsOf(learned)[0]
  if (first === undefined || listedAt < first.time) return listedAt > -Infinity
  return first.op === 'removed'
}

/** Of a binding that was deleted, the record names no more than the binding. */
function isBinding({ provider, key }: Lesson): boolean {
  return provider === 'kubernetes' && /(?:^|\/)(?:Cluster)?RoleBinding\//.test(key)
}

function latest(a: number | undefined, b: number | undefined): number | undefined {
  if (a === undefined || b === undefined) return a ?? b
  return Math.max(a, b)
}
