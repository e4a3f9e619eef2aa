/** What the agent's lines are about, and what the errors in them mean, as data. */
import type { Reason } from '../../events/event.ts'

/** `served`: from its own memory, without asking anybody. `issued`: given by one of several places, named in `delegate`. */
export type LineKind = 'fetched' | 'issued' | 'served' | 'refused' | 'renewal-failed' | 'step' | 'other'

/** By how the message begins. Whatever is not listed is `other`. */
export const lineKinds: readonly (readonly [beginning: string, kind: LineKind])[] = [
  ['handling new request', 'step'],
  ['Calling EKS Auth', 'step'],
  ['Storing creds in cache', 'step'],
  ['Successfully fetched credentials from EKS Auth', 'fetched'],
  ['Error fetching credentials: ', 'refused'],
  ['Removing credentials from cache, got non recoverable error: ', 'renewal-failed'],
  ['Could not renew, will try to keep existing creds', 'renewal-failed'],
  ['Background refresh failed for pod', 'renewal-failed'],
  ['Using cached credentials', 'served'],
  ['Local validation succeeded, using cached credentials', 'served'],
  ['Returning unexpired credential from delegate', 'issued'],
  ['Returning fallback (expired) credential from delegate', 'issued'],
  ['Successfully fetched credentials from IMDS', 'step'],
  ['attempting delegate', 'step'],
  ['Delegate error, trying next', 'step'],
  ['IMDS delegate namespace lookup', 'step'],
  ['Waiting for active request', 'step'],
  ['Failed to complete active request', 'step'],
  ['Could not find entry in cache', 'step'],
  ['Identified that entry in cache', 'step'],
  ['Local token validation failed', 'step'],
  ['Credentials still valid', 'step'],
  ['Rate limited! Will try to keep', 'step'],
  ['Background refresh rate limited', 'step'],
]

/** Lines that carry none of the agent's own fields begin with one of these. */
export const unmarkedLines: readonly string[] = [
  'Public key cache',
  'IMDS namespace mapping',
  'IMDS probe',
  'Pod Identity Agent version',
]

/** Errors of EKS Auth, by name. */
export const serviceErrors: ReadonlyMap<string, Reason> = new Map<string, Reason>([
  ['AccessDeniedException', 'permission_denied'],
  ['ExpiredTokenException', 'credential_expired'],
  ['InvalidTokenException', 'credential_invalid'],
  // No association of the pod's service account with a role, or no such cluster.
  ['ResourceNotFoundException', 'identity_not_found'],
  ['InvalidParameterException', 'misconfigured_caller'],
  ['InvalidRequestException', 'misconfigured_caller'],
  ['ThrottlingException', 'throttled'],
  ['TooManyRequestsException', 'throttled'],
  ['InternalServerException', 'platform_error'],
  ['InternalFailure', 'platform_error'],
  ['ServiceUnavailableException', 'platform_error'],
])

/** In an AccessDeniedException: the trust policy of the associated role does not let EKS assume it. */
export const untrusted = 'does not have permissions to assume the associated role'

interface Symptom {
  readonly text: string
  readonly reason: Reason
  /** What the agent answered the pod with; undefined where nobody was left to answer. */
  readonly httpStatus?: number
}

/** Errors without an answer of EKS Auth; the first one that stands in the message tells. */
export const symptoms: readonly Symptom[] = [
  { text: 'Service account token cannot be empty', reason: 'misconfigured_caller', httpStatus: 400 },
  { text: 'service account is empty', reason: 'misconfigured_caller', httpStatus: 500 },
  { text: 'Service account token cannot be parsed', reason: 'credential_invalid', httpStatus: 400 },
  { text: 'token is expired', reason: 'credential_expired', httpStatus: 400 },
  {
    text: 'Service account token failed basic claim validations',
    reason: 'credential_invalid',
    httpStatus: 400,
  },
  { text: 'Service account token missing', reason: 'credential_invalid', httpStatus: 400 },
  { text: 'Called agent through invalid address', reason: 'misconfigured_caller', httpStatus: 403 },
  { text: 'Too Many Requests', reason: 'throttled', httpStatus: 429 },
  { text: 'Client.Timeout exceeded', reason: 'timeout', httpStatus: 500 },
  // The pod gave up waiting for the agent: nobody reads the answer any more.
  { text: 'context canceled', reason: 'metadata_unreachable' },
  { text: 'context deadline exceeded', reason: 'metadata_unreachable' },
  { text: 'i/o timeout', reason: 'timeout', httpStatus: 500 },
  { text: 'no such host', reason: 'network', httpStatus: 500 },
  { text: 'connection refused', reason: 'network', httpStatus: 500 },
  { text: 'connection reset', reason: 'network', httpStatus: 500 },
  { text: 'dial tcp', reason: 'network', httpStatus: 500 },
  { text: 'fetched credentials are expired', reason: 'platform_error', httpStatus: 500 },
  { text: 'invalid response from server', reason: 'platform_error', httpStatus: 500 },
]
