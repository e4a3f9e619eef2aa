/** What an HTTP status says about the identity behind a call: denials and outages count, business answers do not. */
import type { Reason, TokenUse } from '../events/event.ts'

export interface CallOutcome {
  readonly outcome: 'success' | 'failure'
  readonly decision: TokenUse['decision']
  readonly reason?: Reason | undefined
}

const allowed: CallOutcome = { outcome: 'success', decision: 'allowed' }
const unauthenticated: CallOutcome = {
  outcome: 'failure',
  decision: 'unauthenticated',
  reason: 'credential_invalid',
}
const forbidden: CallOutcome = { outcome: 'failure', decision: 'forbidden', reason: 'permission_denied' }
const throttled: CallOutcome = { outcome: 'failure', decision: 'allowed', reason: 'throttled' }
const timeout: CallOutcome = { outcome: 'failure', decision: 'allowed', reason: 'timeout' }
const broken: CallOutcome = { outcome: 'failure', decision: 'allowed', reason: 'platform_error' }

/** 404, 409, 412 and 422 are answers to a caller who was let in: the identity worked. */
export function callOutcome(httpStatus: number): CallOutcome {
  if (httpStatus === 401) return unauthenticated
  if (httpStatus === 403) return forbidden
  if (httpStatus === 429) return throttled
  if (httpStatus === 504) return timeout
  return httpStatus >= 500 ? broken : allowed
}
