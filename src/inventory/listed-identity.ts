/** An identity of the inventory, called as events call it. */
import type { Identity, Layer, Provider } from '../events/event.ts'
import type { PrincipalType } from './facts.ts'

export interface ListedPrincipal {
  /** As `principalKey` writes it. */
  readonly key: string
  readonly provider: Provider
  readonly name: string | undefined
  readonly type: PrincipalType
  readonly tenant: string
}

export function listedIdentity({ key, name, type, tenant, provider }: ListedPrincipal): Identity {
  const isAccount = provider === 'kubernetes' && tenant !== '' && key.startsWith(`${tenant}/`)
  const id = isAccount ? key.slice(tenant.length + 1) : key
  const namespace = /^system:serviceaccount:([^:]+):/.exec(id)?.[1]
  const kind = type === 'group' || type === 'everyone' || type === 'service' ? 'unknown' : type
  return { id, name, type: kind, tenant, namespace }
}

export function listedLayer(provider: Provider): Layer {
  return provider === 'kubernetes' ? 'container' : 'federation'
}
