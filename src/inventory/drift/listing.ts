/** The rights that an inventory lists, and for which others it would have listed them, too. */
import type { Snapshot } from '../access-graph.ts'
import type { Fact, MemberFact, PrincipalFact } from '../facts.ts'
import { accountOf, scopeKey } from '../names.ts'
import { grantKey, type HeldGrant } from './held-grant.ts'

export interface Listing {
  readonly source: string
  /** Epoch ms. */
  readonly takenAt: number
  /** By `grantKey`; several where several bindings give the same right. */
  readonly grants: ReadonlyMap<string, readonly HeldGrant[]>
  /** Places whose rights are all in it, as `placeOf` names them. */
  readonly covers: ReadonlySet<string>
  readonly principals: ReadonlyMap<string, PrincipalFact>
}

/** A role of Azure Resource Manager; roles of the directory go by their names. */
const armRole = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/

/**
 * The place whose list would show the right; `undefined` if no list that is read has such rights. Small places: a list that holds
 * less than somebody thinks must not make the rest look removed.
 */
export function placeOf({ provider, role, scope }: HeldGrant): string | undefined {
  switch (provider) {
    case 'azure': {
      if (role === 'member') return `azure members ${scope}`
      const group = /^\/subscriptions\/[^/]+(?:\/resourcegroups\/[^/]+)?/.exec(scope)?.[0]
      return armRole.test(role) ? `azure ${group ?? scope}` : undefined
    }
    case 'aws':
    case 'gcp':
      return `${provider} ${scope}`
    case 'kubernetes':
      return `kubernetes ${/^clusters\/[^/]+(?:\/namespaces\/[^/]+)?/.exec(scope)?.[0] ?? scope}`
    default:
      return undefined
  }
}

/** Membership is a right as well; spelled as its change events are. */
function membership(
  { provider, group, member }: MemberFact,
  groups: ReadonlyMap<string, PrincipalFact>,
): HeldGrant | undefined {
  if (provider === 'aws')
    return { provider, principal: member, role: group.split(':group/')[1] ?? group, scope: accountOf(group) }
  if (provider !== 'azure') return undefined
  const name = groups.get(group)?.name ?? group
  return { provider, principal: member, role: 'member', scope: scopeKey(provider, '', name) }
}

function grantIn(fact: Fact, principals: ReadonlyMap<string, PrincipalFact>): HeldGrant | undefined {
  if (fact.fact === 'member') return membership(fact, principals)
  if (fact.fact !== 'grant') return undefined
  const { provider, principal, role, scope, via } = fact
  return { provider, principal, role, scope, binding: provider === 'kubernetes' ? via : undefined }
}

/** An account of AWS is listed in pages: only the fact that it is complete says that nothing is missing. */
function coversItsPlace({ provider }: HeldGrant): boolean {
  return provider !== 'aws'
}

/** Pauses where it yields. */
export function* listingOf({ source, takenAt, facts }: Snapshot): Generator<void, Listing> {
  const principals = new Map<string, PrincipalFact>()
  const covers = new Set<string>()
  for (const fact of facts) {
    yield
    if (fact.fact === 'principal' && (fact.name !== undefined || !principals.has(fact.id)))
      principals.set(fact.id, fact)
    if (fact.fact === 'complete') covers.add(`${fact.provider} ${fact.scope}`)
  }
  const grants = new Map<string, HeldGrant[]>()
  for (const fact of facts) {
    yield
    const grant = grantIn(fact, principals)
    // A scope that nobody named is another one in each file.
    if (grant === undefined || grant.scope.startsWith('unnamed:')) continue
    const key = grantKey(grant)
    const known = grants.get(key)
    if (known === undefined) grants.set(key, [grant])
    else if (known.every(({ binding }) => binding !== grant.binding)) known.push(grant)
    const place = placeOf(grant)
    if (place !== undefined && coversItsPlace(grant)) covers.add(place)
  }
  return { source, takenAt, grants, covers, principals }
}
