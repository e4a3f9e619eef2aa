/** Calls to the Management API: the use of a token, what it changed, and secrets that it read. */
import type { Identity, IdentityEvent, SecretRead, TokenUse } from '../../events/event.ts'
import { faultOf } from '../../events/fault.ts'
import { reject } from '../../events/rejection.ts'
import type { Mapped } from '../connector.ts'
import { object, text, texts } from '../fields.ts'
import { callOutcome } from '../http-outcome.ts'
import { type ApiCall, callOf } from './call.ts'
import { changesOf } from './changes.ts'
import { callerOf, type Entry } from './entry.ts'

const noCaller = reject('not_relevant', 'a call to the Management API by Auth0 itself: it names no caller')

/** `fapi` is a failure whatever its status; a status is what tells which one. */
function useOf(call: ApiCall, id: string): TokenUse {
  const { entry, caller, httpStatus } = call
  const isFailed = entry.type === 'fapi'
  const { outcome, decision, reason } = callOutcome(httpStatus ?? (isFailed ? 500 : 200))
  const request = object(entry.details?.['request'])
  const known = isFailed && httpStatus === undefined ? 'unknown' : reason
  return {
    kind: 'token.use',
    id,
    time: entry.time,
    provider: 'auth0',
    source: 'auth0',
    layer: 'federation',
    identity: caller,
    app: '',
    outcome,
    reason: known,
    fault: known && faultOf[known],
    code: known && (httpStatus === undefined ? entry.type : String(httpStatus)),
    correlation: {
      tokenId: text(object(object(request?.['auth'])?.['credentials'])?.['jti']),
      operationId: entry.operationId,
    },
    service: 'auth0',
    // Only the collection: paths can hold ids and addresses of people.
    resource: call.path[0],
    httpStatus,
    decision,
  }
}

function secretReads(call: ApiCall): readonly SecretRead[] {
  const { entry, caller } = call
  if (entry.type !== 'mgmt_api_read' || caller.type === 'user') return []
  return texts(entry.details?.['accessedSecrets']).map((secret, index) => ({
    kind: 'secret.read',
    id: index === 0 ? entry.id : `${entry.id}#${index}`,
    time: entry.time,
    provider: 'auth0',
    source: 'auth0',
    layer: 'federation',
    identity: caller,
    app: '',
    outcome: 'success',
    vault: `auth0/${call.path[0] ?? ''}`,
    secret,
    // Configuration that is managed: reading it is no sign-in with it.
    likelyFallback: false,
  }))
}

export function mapApiCall(entry: Entry): Mapped {
  const caller = callerOf(entry)
  if (caller === undefined) return noCaller
  const call = callOf(entry, caller)
  const use = useOf(call, entry.id)
  const isDone = use.outcome === 'success' && entry.type !== 'fapi' && (call.httpStatus ?? 200) < 300
  const effects: readonly IdentityEvent[] = isDone ? [...changesOf(call), ...secretReads(call)] : []
  if (effects.length === 0) return [use]
  return caller.type === 'user' ? effects : [...effects, { ...use, id: `${entry.id}#${effects.length}` }]
}

/** Written when a limit is hit, not for each request that it refuses. */
export function mapRateLimit(entry: Entry): Mapped {
  const caller: Identity = callerOf(entry) ?? { id: 'unknown', type: 'unknown', tenant: entry.tenant }
  const use = useOf({ entry, caller, method: '', path: [], httpStatus: 429 }, entry.id)
  return [{ ...use, code: entry.type, httpStatus: undefined }]
}
