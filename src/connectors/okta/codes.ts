/** What outcomes and reasons of System Log events mean, as data. */
import type { Reason } from '../../events/event.ts'
import { oauthReasons } from '../oauth-errors.ts'

/** In lower case. Okta publishes no list of reasons: those that are not here are failures with reason `unknown`. */
const reasons: ReadonlyMap<string, Reason> = new Map<string, Reason>([
  ['no_matching_policy', 'policy_denied'],
  ['no_matching_scope', 'misconfigured_caller'],
  ['invalid_client_secret', 'credential_invalid'],
  ['invalid_client_id', 'identity_not_found'],
  ['client_not_found', 'identity_not_found'],
  ['client_inactive', 'identity_disabled'],
  ['jwkset not configured', 'credential_invalid'],
  ['kid is invalid', 'credential_invalid'],
  ['expired_client_assertion', 'credential_expired'],
  ['invalid_authorization_code', 'credential_invalid'],
  ['expired_authorization_code', 'credential_expired'],
  ['invalid_refresh_token', 'credential_invalid'],
  ['expired_refresh_token', 'credential_expired'],
  ['invalid_requested_token_type', 'misconfigured_caller'],
  ['mismatched_redirect_uri', 'misconfigured_caller'],
  ['pkce_code_mismatch', 'credential_invalid'],
  ['rate_limit_exceeded', 'throttled'],
  ['too_many_requests', 'throttled'],
  ['invalid_credentials', 'credential_invalid'],
  ['verification_error', 'credential_invalid'],
  ['locked_out', 'identity_disabled'],
  ['user_inactive', 'identity_disabled'],
  ['password_expired', 'credential_expired'],
  ['network_zone_blacklist', 'policy_denied'],
  ['internal_error', 'platform_error'],
])

/** A subject token that does not fit the exchange: the trust between two issuers. */
const subjectTokenPrefix = 'invalid_subject_token'

function lookUp(reason: string): Reason | undefined {
  if (reason.startsWith(subjectTokenPrefix)) return 'federation_mismatch'
  return reasons.get(reason) ?? oauthReasons.get(reason)
}

/** `access_denied: no_matching_policy` says in its second half what the first one means here. */
export function reasonOf(written: string): Reason {
  const reason = written.toLowerCase()
  const colon = reason.indexOf(':')
  const whole = lookUp(reason)
  if (whole !== undefined || colon < 0) return whole ?? 'unknown'
  return lookUp(reason.slice(colon + 1).trim()) ?? lookUp(reason.slice(0, colon)) ?? 'unknown'
}

/** Grants that a person takes part in; any other is a client's own. */
export const personalGrants: ReadonlySet<string> = new Set([
  'authorization_code',
  'refresh_token',
  'password',
  'implicit',
  'interaction_code',
  'device_code',
  'urn:ietf:params:oauth:grant-type:device_code',
  'urn:ietf:params:oauth:grant-type:saml2-bearer',
  'urn:openid:params:grant-type:ciba',
])

/** Grants that a client makes for itself, whoever's token it exchanges. */
export const clientGrants: ReadonlySet<string> = new Set([
  'client_credentials',
  'urn:ietf:params:oauth:grant-type:jwt-bearer',
  'urn:ietf:params:oauth:grant-type:token-exchange',
])

/** Okta writes these once for several requests that did not authenticate their client. */
export const refusedClients: ReadonlyMap<string, Reason> = new Map<string, Reason>([
  ['app.oauth2.invalid_client_credentials', 'credential_invalid'],
  ['app.oauth2.invalid_client_ids', 'identity_not_found'],
])
