/** Tokens that were presented to Keycloak itself: at userinfo by their holder, at introspection by a resource server. */
import type { TokenUse } from '../../events/event.ts'
import { faultOf } from '../../events/fault.ts'
import { type Rejection, reject } from '../../events/rejection.ts'
import { clientErrors, reasonOf, refusedBefore } from './codes.ts'
import type { Entry } from './entry.ts'
import { clientReason } from './grants.ts'
import { type Asserted, assertedBy, clientIdentity, credentialTypeOf, holderIdentity } from './identities.ts'

function common(entry: Entry, asserted: Asserted) {
  return {
    kind: 'token.use',
    id: entry.id,
    time: entry.time,
    provider: 'keycloak',
    source: 'keycloak',
    layer: asserted.layer,
    workload: asserted.workload,
    app: '',
    service: 'keycloak',
  } as const
}

export function userInfoUse(entry: Entry, error: string | undefined): TokenUse {
  const reason = error === undefined ? undefined : reasonOf(error, entry.fields['reason'])
  const { token_id: tokenId } = entry.fields
  const refused = reason === 'permission_denied' ? 'forbidden' : 'unauthenticated'
  const isOurs = reason === 'platform_error' || reason === 'throttled'
  return {
    ...common(entry, assertedBy(entry)),
    identity: holderIdentity(entry),
    outcome: error === undefined ? 'success' : 'failure',
    reason,
    fault: reason === undefined ? undefined : faultOf[reason],
    code: error,
    correlation: tokenId === undefined ? undefined : { tokenId },
    resource: 'userinfo',
    decision: error === undefined || isOurs ? 'allowed' : refused,
  }
}

const secondEvent = reject(
  'not_terminal',
  'the second event of a client that was refused at introspection: the one that says why counts',
)

/**
 * The resource server's own credential is what is judged: that the token it asked about was no good is an answer to a
 * caller who was let in.
 */
export function introspectionUse(entry: Entry, error: string | undefined): TokenUse | Rejection {
  const { clientId, detail } = entry.fields
  if (clientId === undefined)
    return reject('missing_field', 'clientId is missing: expected the client that asked about a token')
  if (error === 'invalid_request' && detail === refusedBefore) return secondEvent
  const asserted = assertedBy(entry)
  const refusal = error !== undefined && clientErrors.has(error) ? error : undefined
  const reason = refusal === undefined ? undefined : clientReason(refusal, entry, asserted)
  return {
    ...common(entry, asserted),
    identity: clientIdentity(entry, clientId),
    outcome: reason === undefined ? 'success' : 'failure',
    reason,
    fault: reason === undefined ? undefined : faultOf[reason],
    code: refusal,
    resource: 'introspection',
    decision: reason === undefined ? 'allowed' : 'unauthenticated',
    credentialType: credentialTypeOf(entry, asserted),
  }
}
