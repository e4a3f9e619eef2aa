/** Why Key Vault turned a request down: statuses by name, and the causes that only its description tells. */
import type { Fault } from '../../events/event.ts'
import type { CallOutcome } from '../http-outcome.ts'

/** `resultSignature`, in lower case without spaces; for records without an HTTP status. */
export const statusNames: ReadonlyMap<string, number> = new Map([
  ['ok', 200],
  ['created', 201],
  ['accepted', 202],
  ['nocontent', 204],
  ['badrequest', 400],
  ['unauthorized', 401],
  ['forbidden', 403],
  ['notfound', 404],
  ['conflict', 409],
  ['toomanyrequests', 429],
  ['internalservererror', 500],
  ['serviceunavailable', 503],
  ['gatewaytimeout', 504],
])

/** A phrase of the description that gives a denial's cause away. */
export interface Cause {
  readonly text: string
  readonly outcome: CallOutcome
  readonly fault?: Fault
}

const allowed: CallOutcome = { outcome: 'success', decision: 'allowed' }
const closed: CallOutcome = { outcome: 'failure', decision: 'forbidden', reason: 'policy_denied' }
const wrongAudience: CallOutcome = {
  outcome: 'failure',
  decision: 'unauthenticated',
  reason: 'audience_mismatch',
}
const wrongTenant: CallOutcome = {
  outcome: 'failure',
  decision: 'unauthenticated',
  reason: 'misconfigured_caller',
}
const expired: CallOutcome = { outcome: 'failure', decision: 'unauthenticated', reason: 'token_expired' }

/** Phrases of `resultDescription` on a 403. */
export const forbiddenCauses: readonly Cause[] = [
  // The firewall: whose token it was did not matter.
  { text: 'Client address is not authorized', outcome: closed, fault: 'network' },
  { text: 'client address is not authorized', outcome: closed, fault: 'network' },
  { text: 'Public network access is disabled', outcome: closed, fault: 'network' },
  // The object is switched off; the caller was let in.
  { text: 'is not allowed on a disabled', outcome: allowed },
  { text: 'is not allowed on an expired', outcome: allowed },
]

/** Phrases and codes of `resultDescription` on a 401. */
export const unauthenticatedCauses: readonly Cause[] = [
  { text: 'AKV10022', outcome: wrongAudience },
  { text: 'AKV10032', outcome: wrongTenant },
  { text: 'TokenExpired', outcome: expired },
  { text: 'Lifetime validation failed', outcome: expired },
]

/** The first request of an SDK has no token on purpose: the answer tells it which tenant to ask for one. */
export const challenge = 'AKV10000'

/** Parts of secret names that on Azure stand for a service's account key; compared in lower case without hyphens. */
export const accountKeyNames: readonly string[] = ['connectionstring', 'sharedaccesskey']
