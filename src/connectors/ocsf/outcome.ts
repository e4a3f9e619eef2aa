/** Whether an OCSF event is a failure, and why: answers of the API first, then OCSF's own status. */
import type { Fault, Reason, TokenUse } from '../../events/event.ts'
import { faultOf } from '../../events/fault.ts'
import { type Rejection, reject } from '../../events/rejection.ts'
import type { JsonObject } from '../connector.ts'
import { number, object, text } from '../fields.ts'
import { callOutcome } from '../http-outcome.ts'
import { oauthReasons } from '../oauth-errors.ts'
import { failureReasons } from './codes.ts'

export interface Failure {
  readonly reason: Reason
  readonly fault: Fault
  readonly code: string
}

const missingStatus = reject(
  'missing_field',
  'status_id: expected 1 (success) or 2 (failure), a status of that name, or an answer in api.response',
)

const decisions: Partial<Record<Reason, TokenUse['decision']>> = {
  permission_denied: 'forbidden',
  policy_denied: 'forbidden',
  credential_invalid: 'unauthenticated',
  credential_expired: 'unauthenticated',
  token_expired: 'unauthenticated',
  identity_disabled: 'unauthenticated',
  identity_not_found: 'unauthenticated',
  audience_mismatch: 'unauthenticated',
  federation_mismatch: 'unauthenticated',
}

export function decisionOf(failure: Failure | undefined): TokenUse['decision'] {
  return failure === undefined ? 'allowed' : (decisions[failure.reason] ?? 'allowed')
}

/** HTTP status of the API's answer. */
export function httpStatusOf(record: JsonObject): number | undefined {
  const code = number(object(object(record['api'])?.['response'])?.['code'])
  return code !== undefined && code >= 100 && code < 600 ? code : undefined
}

function failure(reason: Reason, code: string): Failure {
  return { reason, fault: faultOf[reason], code }
}

function known(code: string | undefined): Reason | undefined {
  if (code === undefined) return undefined
  const plain = code.toLowerCase()
  return failureReasons.get(plain) ?? oauthReasons.get(plain)
}

function failureOf(record: JsonObject): Failure {
  const error = text(object(object(record['api'])?.['response'])?.['error'])
  const numbered = number(record['status_code'])
  const code = text(record['status_code']) ?? (numbered === undefined ? undefined : String(numbered))
  const status = text(record['status'])
  const detail = known(text(record['status_detail']))
  const reason = known(error) ?? known(code) ?? detail ?? known(status) ?? byHttpStatus(numbered)
  return failure(reason ?? 'unknown', error ?? code ?? status ?? 'Failure')
}

function byHttpStatus(code: number | undefined): Reason | undefined {
  return code !== undefined && code >= 400 && code < 600 ? callOutcome(code).reason : undefined
}

/** `undefined`: success. */
export function outcomeOf(record: JsonObject): Failure | Rejection | undefined {
  const response = object(object(record['api'])?.['response'])
  const http = httpStatusOf(record)
  if (http !== undefined) {
    const { reason } = callOutcome(http)
    return reason === undefined ? undefined : failure(reason, String(http))
  }
  const statusId = number(record['status_id'])
  const status = text(record['status'])?.toLowerCase()
  if (statusId === 2 || status === 'failure') return failureOf(record)
  if (text(response?.['error']) !== undefined) return failureOf(record)
  if (statusId === 1 || status === 'success') return undefined
  // 99 and nothing at all are what mappings write when the source has no status: its answer tells.
  return response === undefined ? missingStatus : undefined
}

export function isRejected(value: Failure | Rejection | undefined): value is Rejection {
  return value !== undefined && 'message' in value
}
