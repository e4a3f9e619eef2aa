/** Azure Resource Manager's statuses and error codes, and what they say about the caller's identity. */
import type { Reason, TokenUse } from '../../events/event.ts'

export type Stage = 'pending' | 'succeeded' | 'failed'

/** Statuses of an operation's records; only the last one of an operation counts. Keys in lower case. */
export const stages: ReadonlyMap<string, Stage> = new Map<string, Stage>([
  ['start', 'pending'],
  ['started', 'pending'],
  ['accept', 'pending'],
  ['accepted', 'pending'],
  ['active', 'pending'],
  ['in progress', 'pending'],
  ['inprogress', 'pending'],
  ['running', 'pending'],
  ['updating', 'pending'],
  ['success', 'succeeded'],
  ['succeeded', 'succeeded'],
  ['completed', 'succeeded'],
  ['resolved', 'succeeded'],
  ['failure', 'failed'],
  ['failed', 'failed'],
  ['canceled', 'failed'],
  ['cancelled', 'failed'],
])

/** The names that statuses of HTTP have in the log, in lower case. */
export const httpStatuses: ReadonlyMap<string, number> = new Map([
  ['ok', 200],
  ['created', 201],
  ['accepted', 202],
  ['nocontent', 204],
  ['badrequest', 400],
  ['unauthorized', 401],
  ['forbidden', 403],
  ['notfound', 404],
  ['methodnotallowed', 405],
  ['conflict', 409],
  ['gone', 410],
  ['preconditionfailed', 412],
  ['unprocessableentity', 422],
  ['toomanyrequests', 429],
  ['internalservererror', 500],
  ['badgateway', 502],
  ['serviceunavailable', 503],
  ['gatewaytimeout', 504],
])

export interface ErrorMeaning {
  readonly decision: TokenUse['decision']
  readonly reason: Reason
}

const denied: ErrorMeaning = { decision: 'forbidden', reason: 'permission_denied' }
const blocked: ErrorMeaning = { decision: 'forbidden', reason: 'policy_denied' }
const invalid: ErrorMeaning = { decision: 'unauthenticated', reason: 'credential_invalid' }
const throttled: ErrorMeaning = { decision: 'allowed', reason: 'throttled' }

/** Codes that say more than the HTTP status; all others are judged by the status. */
export const errorMeanings: ReadonlyMap<string, ErrorMeaning> = new Map<string, ErrorMeaning>([
  ['AuthorizationFailed', denied],
  ['LinkedAuthorizationFailed', denied],
  ['LinkedAccessCheckFailed', denied],
  ['RequestDisallowedByPolicy', blocked],
  ['RequestDisallowedByAzure', blocked],
  ['DenyAssignmentAuthorizationFailed', blocked],
  ['AuthenticationFailed', invalid],
  ['InvalidAuthenticationToken', invalid],
  ['InvalidAuthenticationTokenTenant', invalid],
  ['InvalidAuthenticationTokenAudience', { decision: 'unauthenticated', reason: 'audience_mismatch' }],
  ['ExpiredAuthenticationToken', { decision: 'unauthenticated', reason: 'token_expired' }],
  ['SubscriptionRequestsThrottled', throttled],
  ['TenantRequestsThrottled', throttled],
  ['TooManyRequests', throttled],
])
