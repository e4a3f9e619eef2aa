/** Error codes of OAuth 2.0 token endpoints (RFC 6749, 6750, 8628, 8693 and OpenID Connect), as reasons. */
import type { Reason } from '../events/event.ts'

export const oauthReasons: ReadonlyMap<string, Reason> = new Map<string, Reason>([
  ['invalid_client', 'credential_invalid'],
  ['invalid_client_credentials', 'credential_invalid'],
  // A grant that is expired, revoked, used up or somebody else's: the code does not say which.
  ['invalid_grant', 'credential_invalid'],
  ['invalid_token', 'credential_invalid'],
  ['invalid_dpop_proof', 'credential_invalid'],
  ['expired_token', 'credential_expired'],
  ['unauthorized_client', 'permission_denied'],
  ['access_denied', 'permission_denied'],
  ['insufficient_scope', 'permission_denied'],
  ['invalid_target', 'audience_mismatch'],
  ['invalid_request', 'misconfigured_caller'],
  ['invalid_scope', 'misconfigured_caller'],
  ['unsupported_grant_type', 'misconfigured_caller'],
  ['unsupported_response_type', 'misconfigured_caller'],
  ['unsupported_token_type', 'misconfigured_caller'],
  ['slow_down', 'throttled'],
  ['server_error', 'platform_error'],
  ['temporarily_unavailable', 'platform_error'],
])

/** Steps of a sign-in that goes on: a person has to do something first. */
export const interactiveErrors: ReadonlySet<string> = new Set([
  'authorization_pending',
  'login_required',
  'consent_required',
  'interaction_required',
  'mfa_required',
])
