/** Tokens that were asked for: client credentials, exchanges, codes, refreshes. */
import type { Reason, TokenRequest } from '../../events/event.ts'
import { faultOf } from '../../events/fault.ts'
import { type Rejection, reject } from '../../events/rejection.ts'
import { number } from '../fields.ts'
import { clientErrors, type EventMeaning, reasonOf } from './codes.ts'
import type { Entry } from './entry.ts'
import {
  type Asserted,
  assertedBy,
  clientIdentity,
  credentialTypeOf,
  holderIdentity,
  isAddress,
} from './identities.ts'

/** Larger than any lifetime in seconds, smaller than any instant of this century. */
const earliestInstant = 1_000_000_000

interface Lifetime {
  readonly ttlSeconds: number | undefined
  readonly expiresAt: number | undefined
}

/** `access_token_expiration_time` is a lifetime in seconds in some versions, an instant in others. */
function lifetimeOf(entry: Entry): Lifetime {
  const written = number(entry.fields['access_token_expiration_time'])
  if (written === undefined || !(written > 0)) return { ttlSeconds: undefined, expiresAt: undefined }
  if (written < earliestInstant) return { ttlSeconds: written, expiresAt: entry.time + written * 1000 }
  const ttlSeconds = Math.round(written - entry.time / 1000)
  return { ttlSeconds: ttlSeconds > 0 ? ttlSeconds : undefined, expiresAt: written * 1000 }
}

/** A client that comes with another issuer's word and is not accepted: the trust between the two does not fit. */
export function clientReason(error: string, entry: Entry, asserted: Asserted): Reason {
  if (asserted.federation !== undefined && clientErrors.has(error)) return 'federation_mismatch'
  return reasonOf(error, entry.fields['reason'])
}

export function grantOf(
  entry: Entry,
  error: string | undefined,
  meaning: Extract<EventMeaning, { kind: 'grant' }>,
): TokenRequest | Rejection {
  const { clientId, token_id: tokenId } = entry.fields
  if (meaning.holder === 'client' && clientId === undefined)
    return reject('missing_field', 'clientId is missing: expected the client that asked for the token')
  const asserted = assertedBy(entry)
  const isClients = meaning.holder === 'client' && clientId !== undefined
  const identity = isClients ? clientIdentity(entry, clientId) : holderIdentity(entry)
  const application =
    clientId === undefined || isAddress(clientId) ? undefined : ({ kind: 'service', name: clientId } as const)
  const reason = error === undefined ? undefined : clientReason(error, entry, asserted)
  return {
    kind: 'token.request',
    id: entry.id,
    time: entry.time,
    provider: 'keycloak',
    source: 'keycloak',
    layer: asserted.layer,
    identity,
    workload: asserted.workload ?? (identity.type === 'user' ? application : undefined),
    app: '',
    outcome: error === undefined ? 'success' : 'failure',
    reason,
    fault: reason === undefined ? undefined : faultOf[reason],
    code: error,
    correlation: tokenId === undefined || error !== undefined ? undefined : { tokenId },
    vantage: 'issuer',
    audience: entry.fields['audience'] ?? '',
    refresh: meaning.refresh,
    ...(error === undefined ? lifetimeOf(entry) : undefined),
    credentialType: credentialTypeOf(entry, asserted),
    federation: asserted.federation,
  }
}
