/** One right as lists of rights and change events both spell it: who holds which role, where. */
import type { AssignmentChange, Provider } from '../../events/event.ts'
import { globMatches } from '../../events/glob.ts'
import { byText, principalKey, scopeKey } from '../names.ts'

export interface HeldGrant {
  readonly provider: Provider
  /** As `principalKey` writes it. */
  readonly principal: string
  readonly role: string
  /** As `scopeKey` writes it. */
  readonly scope: string
  /** The Kubernetes binding that gives it: the record of its deletion may name nothing else. */
  readonly binding?: string | undefined
}

/** The same text for the same right, whichever binding gives it. */
export function grantKey({ provider, principal, role, scope }: HeldGrant): string {
  return `${provider}\n${principal}\n${role}\n${scope}`
}

/** By provider, principal, role and scope of what they are about. */
export function inOrder<T>(all: readonly T[], about: (one: T) => HeldGrant): readonly T[] {
  return all
    .map((one) => ({ one, key: grantKey(about(one)) }))
    .sort((a, b) => byText(a.key, b.key))
    .map(({ one }) => one)
}

const isSaid = (text: string): boolean => text !== '' && text !== 'unknown'

/** Roles and bindings of Kubernetes stand for those whom they concern where a record names nobody. */
function isRbacObject(provider: Provider, principal: string): boolean {
  return provider === 'kubernetes' && /^(?:Cluster)?Role(?:Binding)?\//.test(principal)
}

/** The right that an event is about; `undefined` where its record does not say who holds it, or what. */
export function grantOf(event: AssignmentChange): HeldGrant | undefined {
  const { provider, principal, role, scope, binding, identity } = event
  if (!isSaid(principal) || !isSaid(role) || isRbacObject(provider, principal)) return undefined
  return {
    provider,
    principal: principalKey(provider, identity.tenant, principal),
    role,
    scope: scopeKey(provider, identity.tenant, scope),
    binding: binding === undefined ? undefined : principalKey(provider, identity.tenant, binding),
  }
}

/** The binding whose deletion is all that the event tells: a name, or a pattern where a whole collection was deleted. */
export function deletedBinding(event: AssignmentChange): string | undefined {
  const { provider, op, principal, identity } = event
  const isBinding = provider === 'kubernetes' && /^(?:Cluster)?RoleBinding\//.test(principal)
  return isBinding && op === 'removed' ? principalKey(provider, identity.tenant, principal) : undefined
}

/** Whether the deletion took this right away. */
export function isBoundBy(grant: HeldGrant, deleted: string): boolean {
  return grant.binding !== undefined && globMatches(deleted, grant.binding)
}

/** What a change says of who holds the right. `undefined`: nothing, since what else is changed does not say whose it is now. */
export function saidBy({ op, binding }: AssignmentChange): 'granted' | 'removed' | undefined {
  if (op !== 'changed') return op
  // Records of a changed binding name its subjects as they are now.
  return binding === undefined ? undefined : 'granted'
}
