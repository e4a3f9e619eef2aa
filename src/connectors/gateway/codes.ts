/** What a token endpoint's refusal means where it gives no code of RFC 6749 or RFC 8693, or one that says too little. */
import type { Reason } from '../../events/event.ts'

/** Grants by which a token of another issuer is turned into one of this issuer's. */
export const exchangeGrants: ReadonlySet<string> = new Set([
  'urn:ietf:params:oauth:grant-type:token-exchange',
  'urn:ietf:params:oauth:grant-type:jwt-bearer',
])

/** HTTP statuses; 5xx that are not listed are the platform's. */
export const statusReasons: Readonly<Record<number, Reason>> = {
  400: 'misconfigured_caller',
  401: 'credential_invalid',
  403: 'permission_denied',
  404: 'misconfigured_caller',
  405: 'misconfigured_caller',
  408: 'timeout',
  413: 'misconfigured_caller',
  415: 'misconfigured_caller',
  429: 'throttled',
  504: 'timeout',
}

/** Codes that RFC 8693 (2.2.2) and RFC 7523 (3.1) prescribe for every token that is not accepted, whatever the cause. */
export const tokenRefusals: ReadonlySet<string> = new Set(['invalid_request', 'invalid_grant'])

/** Words of a description that tell the cause of such a refusal, in lower case; the first one counts. */
export const refusalCauses: readonly (readonly [word: string, reason: Reason])[] = [
  ['expired', 'credential_expired'],
  ['not yet valid', 'credential_invalid'],
  ['signature', 'credential_invalid'],
  ['malformed', 'credential_invalid'],
  ['revoked', 'credential_invalid'],
  ['missing', 'misconfigured_caller'],
  ['required', 'misconfigured_caller'],
  ['audience', 'audience_mismatch'],
  ['issuer', 'federation_mismatch'],
  ['subject', 'federation_mismatch'],
]
