/** Whether a token was issued, and why not: the error code first, the HTTP status where the code says nothing. */
import type { Fault, Reason } from '../../events/event.ts'
import { faultOf } from '../../events/fault.ts'
import { type Rejection, reject } from '../../events/rejection.ts'
import type { JsonObject, JsonValue } from '../connector.ts'
import { number, text } from '../fields.ts'
import { interactiveErrors, oauthReasons } from '../oauth-errors.ts'
import { refusalCauses, statusReasons, tokenRefusals } from './codes.ts'

export interface Failure {
  readonly reason: Reason
  readonly fault: Fault
  readonly code: string
}

const missing = reject('missing_field', 'status: expected an HTTP status, or error with a code of RFC 6749')
const invalid = reject('invalid_field', 'status is not an HTTP status (100 to 599)')
const interactive = reject(
  'not_relevant',
  'a person has to do something first: nothing was issued or refused',
)

function byStatus(status: number | undefined): Reason {
  if (status === undefined || status < 400) return 'unknown'
  return statusReasons[status] ?? (status >= 500 ? 'platform_error' : 'unknown')
}

/**
 * A gateway that could read the token's issuer was given a request in good order: what it did not accept is the
 * token, for its issuer or subject unless the description says more.
 */
function refusedToken(record: JsonObject): Reason | undefined {
  const description = text(record['error_description'])?.toLowerCase() ?? ''
  for (const [word, reason] of refusalCauses) if (description.includes(word)) return reason
  return text(record['subject_token_issuer']) === undefined ? undefined : 'federation_mismatch'
}

function reasonOf(record: JsonObject, error: string, status: number | undefined): Reason {
  const refused = tokenRefusals.has(error) ? refusedToken(record) : undefined
  const known = refused ?? oauthReasons.get(error)
  // Every refusal of a token endpoint may be a 400: beside a code that nobody knows it says nothing.
  return known ?? (status === 400 ? 'unknown' : byStatus(status))
}

function isAbsent(value: JsonValue | undefined): boolean {
  return value === undefined || value === null || value === ''
}

/** `undefined`: issued. */
export function failureOf(record: JsonObject): Failure | Rejection | undefined {
  const status = number(record['status']) ?? number(record['status_code'])
  const error = text(record['error'])
  if (error !== undefined && interactiveErrors.has(error)) return interactive
  if (error === undefined) {
    if (status === undefined)
      return isAbsent(record['status']) && isAbsent(record['status_code']) ? missing : invalid
    if (status < 100 || status > 599) return invalid
    if (status >= 200 && status < 300) return undefined
  }
  const reason = error === undefined ? byStatus(status) : reasonOf(record, error, status)
  return { reason, fault: faultOf[reason], code: error ?? String(status) }
}
