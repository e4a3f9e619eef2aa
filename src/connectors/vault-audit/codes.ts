/** What Vault's error texts and auth methods mean for an identity, as data: the audit log has no status codes. */
import type { CredentialType, Reason, TokenUse } from '../../events/event.ts'

export interface Meaning {
  /** Part of the top-level `error`, which is what gets out of it: the rest may name people. */
  readonly text: string
  readonly reason: Reason
  /** Of a call with a token; a login only fails. */
  readonly decision: TokenUse['decision']
}

const unauthenticated = 'unauthenticated'
const forbidden = 'forbidden'
const allowed = 'allowed'

/** Said of a missing right, of a token that does not exist (before Vault 1.14 without more), and of refused logins. */
export const permissionDenied = 'permission denied'

/** The first that is part of the error counts: a false token is both an `invalid token` and a `permission denied`. */
export const meanings: readonly Meaning[] = [
  { text: 'bad token', reason: 'token_expired', decision: unauthenticated },
  { text: 'lease expired', reason: 'token_expired', decision: unauthenticated },
  { text: 'invalid token', reason: 'credential_invalid', decision: unauthenticated },
  { text: 'missing client token', reason: 'misconfigured_caller', decision: unauthenticated },
  { text: 'rate limit quota exceeded', reason: 'throttled', decision: allowed },
  { text: 'lease count quota exceeded', reason: 'throttled', decision: allowed },
  { text: 'Vault is sealed', reason: 'platform_error', decision: allowed },
  { text: 'local node not active', reason: 'platform_error', decision: allowed },
  { text: 'internal error', reason: 'platform_error', decision: allowed },
  { text: 'failed to persist', reason: 'platform_error', decision: allowed },
  { text: 'context deadline exceeded', reason: 'timeout', decision: allowed },
  { text: 'context canceled', reason: 'timeout', decision: allowed },
  { text: 'i/o timeout', reason: 'network', decision: allowed },
  { text: 'connection refused', reason: 'network', decision: allowed },
  { text: 'no such host', reason: 'network', decision: allowed },
  { text: 'denied by Sentinel', reason: 'policy_denied', decision: forbidden },
  { text: 'entity has been disabled', reason: 'identity_disabled', decision: forbidden },
  { text: permissionDenied, reason: 'permission_denied', decision: forbidden },
]

/** Looked at first for a login, a renewal or another issuance. */
export const loginMeanings: readonly Omit<Meaning, 'decision'>[] = [
  { text: 'bound audience', reason: 'audience_mismatch' },
  { text: 'invalid audience', reason: 'audience_mismatch' },
  { text: 'service account name not authorized', reason: 'federation_mismatch' },
  { text: 'namespace not authorized', reason: 'federation_mismatch' },
  { text: 'does not match any associated bound claim', reason: 'federation_mismatch' },
  { text: 'invalid issuer', reason: 'federation_mismatch' },
  { text: 'invalid subject', reason: 'federation_mismatch' },
  { text: 'token is expired', reason: 'credential_expired' },
  { text: 'error validating token', reason: 'credential_invalid' },
  { text: 'invalid role or secret ID', reason: 'credential_invalid' },
  { text: 'invalid role ID', reason: 'credential_invalid' },
  { text: 'invalid secret id', reason: 'credential_invalid' },
  { text: 'invalid username or password', reason: 'credential_invalid' },
  { text: 'ldap operation failed', reason: 'platform_error' },
  { text: 'invalid role name', reason: 'misconfigured_caller' },
  { text: 'invalid role', reason: 'misconfigured_caller' },
  { text: 'missing role', reason: 'misconfigured_caller' },
  { text: 'could not be found', reason: 'misconfigured_caller' },
  { text: 'lease is not renewable', reason: 'misconfigured_caller' },
  { text: 'lease not found', reason: 'token_expired' },
]

/** By the type of the auth method that was asked. */
export const credentialTypes: Readonly<Record<string, CredentialType>> = {
  kubernetes: 'federated',
  jwt: 'federated',
  oidc: 'federated',
  aws: 'federated',
  gcp: 'federated',
  azure: 'federated',
  cf: 'federated',
  oci: 'federated',
  alicloud: 'federated',
  saml: 'federated',
  spiffe: 'federated',
  approle: 'secret',
  github: 'secret',
  cert: 'certificate',
  userpass: 'password',
  ldap: 'password',
  okta: 'password',
  radius: 'password',
  token: 'session',
}

/** Methods whose logins are people's, by the path `login/<name>` or by the browser. */
export const peoplesMethods: ReadonlySet<string> = new Set([
  'userpass',
  'ldap',
  'okta',
  'radius',
  'github',
  'oidc',
  'saml',
])
