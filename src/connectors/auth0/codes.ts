/** Auth0's log types, and the sentences that say why an exchange failed, as data. */
import type { Reason } from '../../events/event.ts'
import { oauthReasons } from '../oauth-errors.ts'

/** `client`: the token is the client's own. `person`: it is for whoever signed in. */
export type LogMeaning =
  | {
      readonly kind: 'exchange'
      readonly holder: 'client' | 'person'
      readonly failed: boolean
      readonly refresh: true | undefined
    }
  | { readonly kind: 'sign-in'; readonly failed: boolean }
  | { readonly kind: 'api-call' }
  | { readonly kind: 'rate-limit' }

function exchange(holder: 'client' | 'person', failed: boolean, refresh?: true): LogMeaning {
  return { kind: 'exchange', holder, failed, refresh }
}

const personal = ['acft', 'de', 'oobft', 'otpft', 'pft', 'rcft', 'ns', 'cte', 'pkoobft', 'pkotpft', 'pkrcft']

/** Types that are not here are about messages, factors, accounts of people, and the tenant's settings. */
export const logTypes: ReadonlyMap<string, LogMeaning> = new Map<string, LogMeaning>([
  ['seccft', exchange('client', false)],
  ['feccft', exchange('client', true)],
  ['successful_on_behalf_of_token_exchange', exchange('client', false)],
  ['failed_on_behalf_of_token_exchange', exchange('client', true)],
  ['idjag_exchange_succeeded', exchange('client', false)],
  ['idjag_exchange_failed', exchange('client', true)],
  ...personal.flatMap((grant): [string, LogMeaning][] => [
    [`se${grant}`, exchange('person', false)],
    [`fe${grant}`, exchange('person', true)],
  ]),
  ['sertft', exchange('person', false, true)],
  ['fertft', exchange('person', true, true)],
  // A rotated refresh token that came twice.
  ['ferrt', exchange('person', true, true)],
  ['fepotpft', exchange('person', true)],
  ['ciba_exchange_succeeded', exchange('person', false)],
  ['ciba_exchange_failed', exchange('person', true)],
  ['s', { kind: 'sign-in', failed: false }],
  ['ssa', { kind: 'sign-in', failed: false }],
  ['scoa', { kind: 'sign-in', failed: false }],
  ['f', { kind: 'sign-in', failed: true }],
  ['fp', { kind: 'sign-in', failed: true }],
  ['fu', { kind: 'sign-in', failed: true }],
  ['fc', { kind: 'sign-in', failed: true }],
  ['fsa', { kind: 'sign-in', failed: true }],
  ['fcoa', { kind: 'sign-in', failed: true }],
  ['sapi', { kind: 'api-call' }],
  ['fapi', { kind: 'api-call' }],
  ['mgmt_api_read', { kind: 'api-call' }],
  ['api_limit', { kind: 'rate-limit' }],
])

/** Sign-ins whose type says why they failed. */
const reasonsOfTypes: ReadonlyMap<string, Reason> = new Map<string, Reason>([
  ['fp', 'credential_invalid'],
  ['fu', 'identity_not_found'],
  ['fc', 'platform_error'],
  ['ferrt', 'credential_invalid'],
])

/** Parts of descriptions, in lower case; the first that occurs decides. There are no codes beside them. */
const phrases: readonly (readonly [phrase: string, reason: Reason])[] = [
  ['not authorized to access', 'permission_denied'],
  ['grant type', 'permission_denied'],
  ['service not enabled', 'audience_mismatch'],
  ['service not found', 'audience_mismatch'],
  ['bad audience', 'audience_mismatch'],
  ['too many requests', 'throttled'],
  ['rate limit', 'throttled'],
  ['quota', 'throttled'],
  ['unknown client', 'identity_not_found'],
  ['client not found', 'identity_not_found'],
  ['unknown or invalid refresh token', 'credential_invalid'],
  ['expired', 'credential_expired'],
  ['subject_token', 'federation_mismatch'],
  ['unauthorized', 'credential_invalid'],
  ['invalid client', 'credential_invalid'],
  ['client authentication', 'credential_invalid'],
  ['assertion', 'credential_invalid'],
  ['invalid authorization code', 'credential_invalid'],
  ['wrong email or password', 'credential_invalid'],
  ['blocked', 'identity_disabled'],
  ['denied', 'policy_denied'],
  ['scope', 'misconfigured_caller'],
]

export function reasonOf(type: string, oauthError: string | undefined, description: string): Reason {
  const ofType = reasonsOfTypes.get(type)
  if (ofType !== undefined) return ofType
  const written = description.toLowerCase()
  const phrase = phrases.find(([part]) => written.includes(part))
  return phrase?.[1] ?? oauthReasons.get(oauthError ?? '') ?? 'unknown'
}
