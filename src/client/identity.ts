/** Words for who asks for tokens, in the same closed sets as the events of the program. */

export type Provider = 'azure' | 'aws' | 'gcp' | 'kubernetes' | 'vault' | 'spiffe' | 'okta' | 'other'

export type IdentityType =
  | 'system-assigned'
  | 'user-assigned'
  | 'service-principal'
  | 'role'
  | 'service-account'
  | 'spiffe'
  | 'federated'
  | 'user'
  | 'unknown'

/** Why a fetch failed. */
export type Reason =
  | 'throttled'
  | 'platform_error'
  | 'timeout'
  | 'metadata_unreachable'
  | 'network'
  | 'permission_denied'
  | 'policy_denied'
  | 'identity_not_found'
  | 'identity_disabled'
  | 'credential_expired'
  | 'credential_invalid'
  | 'token_expired'
  | 'audience_mismatch'
  | 'federation_mismatch'
  | 'misconfigured_caller'
  | 'unknown'

/** Who a token stands for. What is not known stays away; people never have an id here. */
export interface Identity {
  /** Object id, role ARN, service account e-mail, `system:serviceaccount:namespace:name`. */
  readonly id?: string | undefined
  readonly type?: IdentityType | undefined
  /** Entra tenant, AWS account, Google Cloud project, cluster. */
  readonly tenant?: string | undefined
}

export function joinIdentity(first: Identity | undefined, second: Identity | undefined): Identity {
  if (first === undefined) return second ?? {}
  if (second === undefined) return first
  return {
    id: first.id ?? second.id,
    type: first.type ?? second.type,
    tenant: first.tenant ?? second.tenant,
  }
}
