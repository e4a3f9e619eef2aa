/** Keycloak's event types and error codes, as data. */
import type { IdentityChange, Reason } from '../../events/event.ts'
import { oauthReasons } from '../oauth-errors.ts'

/** `client`: the token is the client's own. `person`: it is for whoever signed in, which may be a service account. */
export type EventMeaning =
  | { readonly kind: 'grant'; readonly holder: 'client' | 'person'; readonly refresh?: true }
  | { readonly kind: 'sign-in' }
  | { readonly kind: 'user-info' }
  | { readonly kind: 'introspection' }
  | { readonly kind: 'registration'; readonly op: IdentityChange['op'] }

/** Without the suffix `_ERROR` of those that failed. Types that are not here are about sessions, profiles and consent. */
export const eventTypes: ReadonlyMap<string, EventMeaning> = new Map<string, EventMeaning>([
  ['CLIENT_LOGIN', { kind: 'grant', holder: 'client' }],
  ['TOKEN_EXCHANGE', { kind: 'grant', holder: 'client' }],
  ['JWT_BEARER', { kind: 'grant', holder: 'client' }],
  ['OAUTH2_EXTENSION_GRANT', { kind: 'grant', holder: 'client' }],
  ['CODE_TO_TOKEN', { kind: 'grant', holder: 'person' }],
  ['REFRESH_TOKEN', { kind: 'grant', holder: 'person', refresh: true }],
  ['OAUTH2_DEVICE_CODE_TO_TOKEN', { kind: 'grant', holder: 'person' }],
  ['AUTHREQID_TO_TOKEN', { kind: 'grant', holder: 'person' }],
  ['PERMISSION_TOKEN', { kind: 'grant', holder: 'person' }],
  ['LOGIN', { kind: 'sign-in' }],
  ['USER_INFO_REQUEST', { kind: 'user-info' }],
  ['INTROSPECT_TOKEN', { kind: 'introspection' }],
  ['CLIENT_REGISTER', { kind: 'registration', op: 'created' }],
  ['CLIENT_UPDATE', { kind: 'registration', op: 'updated' }],
  ['CLIENT_DELETE', { kind: 'registration', op: 'deleted' }],
])

const reasons: ReadonlyMap<string, Reason> = new Map<string, Reason>([
  ['client_not_found', 'identity_not_found'],
  ['user_not_found', 'identity_not_found'],
  ['client_disabled', 'identity_disabled'],
  ['user_disabled', 'identity_disabled'],
  ['user_temporarily_disabled', 'identity_disabled'],
  ['realm_disabled', 'identity_disabled'],
  ['invalid_user_credentials', 'credential_invalid'],
  ['invalid_code', 'credential_invalid'],
  ['invalid_code_verifier', 'credential_invalid'],
  ['pkce_verification_failed', 'credential_invalid'],
  ['invalid_signature', 'credential_invalid'],
  ['code_verifier_missing', 'misconfigured_caller'],
  ['expired_code', 'credential_expired'],
  ['session_expired', 'credential_expired'],
  ['user_session_not_found', 'credential_expired'],
  ['invalid_issuer', 'federation_mismatch'],
  ['unknown_identity_provider', 'federation_mismatch'],
  ['not_allowed', 'permission_denied'],
  ['consent_denied', 'permission_denied'],
  ['invalid_token_type', 'misconfigured_caller'],
  ['invalid_redirect_uri', 'misconfigured_caller'],
  ['ssl_required', 'misconfigured_caller'],
  ['illegal_origin', 'misconfigured_caller'],
  ['identity_provider_error', 'platform_error'],
  ['identity_provider_login_failure', 'platform_error'],
])

/** By the words beside an error that stands for several things. */
const reasonsByWords: ReadonlyMap<string, Reason> = new Map<string, Reason>([
  ['Token is not active', 'token_expired'],
  ['Session not active', 'credential_expired'],
  ['Client not enabled to retrieve service account', 'permission_denied'],
])

/** @param words what the event has under `reason` */
export function reasonOf(error: string, words: string | undefined): Reason {
  return reasonsByWords.get(words ?? '') ?? reasons.get(error) ?? oauthReasons.get(error) ?? 'unknown'
}

/** What introspection says of a client that was refused, in a second event. */
export const refusedBefore = 'Authentication failed.'

/** Errors that say that the client itself was not accepted. */
export const clientErrors: ReadonlySet<string> = new Set([
  'invalid_client',
  'invalid_client_credentials',
  'client_not_found',
  'client_disabled',
])

/** What a person does in the browser: the sign-in goes on, or was given up. */
export const interactiveSteps: ReadonlySet<string> = new Set([
  'resolve_required_actions',
  'rejected_by_user',
  'different_user_authenticated',
  'not_logged_in',
  'display_unsupported',
  'username_missing',
  'password_missing',
])
