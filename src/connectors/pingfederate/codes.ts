/** PingFederate's events, grant types and failures, as data. */
import type { CredentialType, Reason } from '../../events/event.ts'
import { oauthReasons } from '../oauth-errors.ts'

/** Grants that a person takes part in; `urn:…:saml2-bearer` too, since its assertion is a person's. */
export const personalGrants: ReadonlySet<string> = new Set([
  'authorization_code',
  'refresh_token',
  'password',
  'implicit',
  'urn:ietf:params:oauth:grant-type:device_code',
  'urn:ietf:params:oauth:grant-type:saml2-bearer',
  'urn:openid:params:grant-type:ciba',
])

/** A resource server asks whether a token is good. */
export const validationGrant = 'urn:pingidentity.com:oauth2:grant_type:validate_bearer'

/** Beginnings of clients' authentication types, in lower case. */
const credentialTypes: readonly (readonly [prefix: string, type: CredentialType])[] = [
  ['client_secret', 'secret'],
  ['secret', 'secret'],
  ['client_tls', 'certificate'],
  ['certificate', 'certificate'],
  ['private_key_jwt', 'certificate'],
]

export function credentialTypeOf(written: string | undefined): CredentialType | undefined {
  const type = written?.toLowerCase() ?? ''
  return credentialTypes.find(([prefix]) => type.startsWith(prefix))?.[1]
}

/** Parts of descriptions, in lower case; the first that occurs decides. */
const phrases: readonly (readonly [phrase: string, reason: Reason])[] = [
  ['unknown or invalid client', 'identity_not_found'],
  ['unknown client', 'identity_not_found'],
  ['client is disabled', 'identity_disabled'],
  ['expired', 'credential_expired'],
  ['not authorized', 'permission_denied'],
  ['issuance criteria', 'policy_denied'],
  ['locked', 'identity_disabled'],
  ['credentials', 'credential_invalid'],
  ['signature', 'credential_invalid'],
  ['audience', 'audience_mismatch'],
  ['issuer', 'federation_mismatch'],
  ['timed out', 'timeout'],
  ['timeout', 'timeout'],
]

export interface Cause {
  readonly reason: Reason
  /** OAuth's error where the description begins with one. */
  readonly error: string | undefined
}

/** Descriptions are sentences that may begin with an OAuth error: `invalid_client: …`. */
export function causeOf(description: string): Cause {
  const written = description.toLowerCase()
  const colon = written.indexOf(':')
  const head = (colon < 0 ? written : written.slice(0, colon)).trim()
  const ofError = oauthReasons.get(head)
  const phrase = phrases.find(([part]) => written.includes(part))
  return { reason: phrase?.[1] ?? ofError ?? 'unknown', error: ofError === undefined ? undefined : head }
}
