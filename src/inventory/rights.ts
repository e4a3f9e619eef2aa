/** What a principal's roles come to: the scopes that it reaches, and the identities that it can act as. */
import type { AccessGraph, Grant, PlacedScope, Principal } from './access-graph.ts'
import type { Reach, RoleFact } from './facts.ts'
import { clusterScope } from './names.ts'
import { actsAsRoles, broadClusterRoles } from './role-meanings.ts'

export interface Right {
  readonly scope: PlacedScope
  /** Why it may not hold each time; empty: it always does. */
  readonly conditions: readonly string[]
  /** The role that gives it. */
  readonly role: string
}

export interface Rights {
  readonly reaches: readonly Right[]
  readonly assumes: readonly Right[]
  /** Identities that a grant names as its role: an EKS pod identity association. */
  readonly actsAs: readonly string[]
}

const memberships: Readonly<Record<string, string>> = {
  'roles/owner': 'projectOwner',
  'roles/editor': 'projectEditor',
  'roles/viewer': 'projectViewer',
}

/** Groups that follow from what the principal is or holds, and are listed nowhere. */
function impliedGroups(principal: Principal, graph: AccessGraph, at: number | undefined): readonly string[] {
  if (principal.provider === 'gcp')
    return [...principal.grants.values()].flatMap((grant) => {
      const word = memberships[grant.role]
      const project = /^projects\/([^/]+)$/.exec(grant.scope.scope.text)?.[1]
      return word !== undefined && project !== undefined && graph.holds(grant, at)
        ? [`${word}:${project}`]
        : []
    })
  const account = /^(.*)system:serviceaccount:([^:]+):/.exec(principal.key)
  if (principal.provider !== 'kubernetes' || account === null) return []
  const [, cluster = '', namespace = ''] = account
  const names = ['serviceaccounts', `serviceaccounts:${namespace}`, 'authenticated']
  return names.map((name) => `${cluster}group:system:${name}`)
}

/** The principal and the groups that it is in, nested ones as well. */
function holdersOf(principal: Principal, graph: AccessGraph, at?: number): readonly Principal[] {
  const found = new Set<Principal>([principal])
  for (const holder of found)
    for (const key of [...holder.groups, ...impliedGroups(holder, graph, at)]) {
      const group = graph.principals.get(key)
      if (group !== undefined) found.add(group)
    }
  return [...found]
}

function roleOf(graph: AccessGraph, holder: Principal, grant: Grant): RoleFact | undefined {
  const { role } = grant
  const scope = grant.scope.scope.text
  const candidates = [`${holder.key}#${role}`, `${scope}#${role}`, role, `${scope}~${role}`]
  if (holder.provider === 'kubernetes') candidates.push(`${clusterScope(holder.tenant)}#${role}`)
  for (const id of candidates) {
    const found = graph.roles.get(id)
    if (found !== undefined) return found
  }
  return undefined
}

/** Where a Kubernetes rule holds: in the namespace of the binding, or in all of them and beside them. */
function boundScopes(bound: string, rule: string): readonly string[] {
  const isCluster = bound.split('/').length <= 2
  if (rule === '*') return [bound]
  return isCluster ? [`${bound}/*/${rule}`] : [`${bound}/${rule}`]
}

function placedReaches(graph: AccessGraph, grant: Grant, list: readonly Reach[]): readonly Right[] {
  const { provider, text } = grant.scope.scope
  return list.flatMap((reach) => {
    const texts = provider === 'kubernetes' ? boundScopes(text, reach.scope) : [reach.scope]
    const conditions = [...grant.conditions, ...reach.conditions]
    return texts.map((scope) => ({ scope: graph.placed(provider, scope), conditions, role: grant.role }))
  })
}

/** A role whose text nobody gave: in AWS and Kubernetes its scope alone says nothing. */
function unlistedRole(graph: AccessGraph, grant: Grant): readonly Right[] {
  const { scope } = grant.scope
  const own = { conditions: grant.conditions, role: grant.role }
  if (scope.provider === 'aws') return [{ ...own, scope: graph.placed('aws', `policy:${grant.role}`) }]
  if (scope.provider !== 'kubernetes' || broadClusterRoles.has(grant.role))
    return [{ ...own, scope: grant.scope }]
  return [{ ...own, scope: graph.placed('kubernetes', `${scope.text}/role:${grant.role}`) }]
}

interface Collected {
  readonly reaches: Right[]
  readonly assumes: Right[]
  readonly denies: Right[]
  readonly actsAs: string[]
}

function collect(graph: AccessGraph, holder: Principal, grant: Grant, into: Collected): void {
  const role = roleOf(graph, holder, grant)
  if (role !== undefined) {
    into.reaches.push(...placedReaches(graph, grant, role.reaches))
    into.assumes.push(...placedReaches(graph, grant, role.assumes))
    into.denies.push(...placedReaches(graph, grant, role.denies))
    return
  }
  if (graph.principals.get(grant.role)?.type === 'role') {
    into.actsAs.push(grant.role)
    return
  }
  into.reaches.push(...unlistedRole(graph, grant))
  if (actsAsRoles.has(grant.role))
    into.assumes.push({ scope: grant.scope, conditions: grant.conditions, role: grant.role })
}

/**
 * Makes known the resources that the principal's roles name, whether it holds them still or not: what is known must
 * not depend on who was asked about first.
 */
export function placeRights(principal: Principal, graph: AccessGraph): void {
  if (principal.provider !== 'kubernetes') return
  const into: Collected = { reaches: [], assumes: [], denies: [], actsAs: [] }
  for (const grant of principal.grants.values()) collect(graph, principal, grant, into)
}

/** Whether a denial may take something away: one lies where the other does, or around it. */
function touches(denied: Right, right: Right): boolean {
  const [a, b] = [denied.scope.scope.path, right.scope.scope.path]
  return a.slice(0, b.length).every((segment, i) => segment === b[i])
}

function narrowed(
  rights: readonly Right[],
  denies: readonly Right[],
  limitedBy: string | undefined,
): readonly Right[] {
  if (denies.length === 0 && limitedBy === undefined) return rights
  return rights.map((right) => {
    const reasons = [...right.conditions]
    if (denies.some((denied) => touches(denied, right))) reasons.push('a denial')
    if (limitedBy !== undefined) reasons.push(limitedBy)
    return { ...right, conditions: reasons }
  })
}

/** When what the principal holds may have changed, by itself or by its groups, epoch ms. */
export function turnsOf(principal: Principal, graph: AccessGraph): readonly number[] {
  return holdersOf(principal, graph).flatMap((holder) => graph.turnsOf(holder))
}

/** As of `at`, epoch ms; by default by all that is known. Never throws; a principal without grants has no rights. */
export function rightsOf(principal: Principal, graph: AccessGraph, at?: number): Rights {
  const into: Collected = { reaches: [], assumes: [], denies: [], actsAs: [] }
  for (const holder of holdersOf(principal, graph, at))
    for (const grant of holder.grants.values())
      if (graph.holds(grant, at)) collect(graph, holder, grant, into)
  const { limitedBy } = principal
  return {
    reaches: narrowed(into.reaches, into.denies, limitedBy),
    assumes: narrowed(into.assumes, into.denies, limitedBy),
    actsAs: into.actsAs,
  }
}
