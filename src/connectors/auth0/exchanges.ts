/** Tokens that clients asked for, for themselves or for people, and sign-ins that failed before it came to that. */
import type { TokenRequest } from '../../events/event.ts'
import { faultOf } from '../../events/fault.ts'
import { type Rejection, reject } from '../../events/rejection.ts'
import { object, text } from '../fields.ts'
import { interactiveErrors } from '../oauth-errors.ts'
import { type LogMeaning, reasonOf } from './codes.ts'
import { clientIdentity, type Entry, personIdentity } from './entry.ts'

const noClient = reject('missing_field', 'client_id is missing: expected the client that asked for the token')
const step = reject('not_relevant', 'a step that a person has to take, not a failure of an identity')
const goesOn = reject('not_terminal', 'a sign-in that goes on: the exchange of its code for a token counts')

type Exchange = Extract<LogMeaning, { kind: 'exchange' }>

function failureOf(entry: Entry) {
  const oauthError = text(object(entry.details?.['error'])?.['oauthError'])
  const reason = reasonOf(entry.type, oauthError, text(entry.log['description']) ?? '')
  return { reason, fault: faultOf[reason], code: oauthError ?? entry.type }
}

/** The code of a failure is OAuth's where the log has it, else the log's type: descriptions are sentences. */
export function exchangeOf(entry: Entry, meaning: Exchange): TokenRequest | Rejection {
  const { log, tenant } = entry
  const clientId = text(log['client_id'])
  const isClients = meaning.holder === 'client'
  if (isClients && clientId === undefined) return noClient
  const identity =
    isClients && clientId !== undefined
      ? clientIdentity(clientId, text(log['client_name']), tenant)
      : personIdentity(text(log['user_id']), tenant)
  return {
    kind: 'token.request',
    id: entry.id,
    time: entry.time,
    provider: 'auth0',
    source: 'auth0',
    layer: 'federation',
    identity,
    workload: isClients || clientId === undefined ? undefined : { kind: 'service', name: clientId },
    app: '',
    outcome: meaning.failed ? 'failure' : 'success',
    ...(meaning.failed ? failureOf(entry) : undefined),
    correlation: {
      tokenId: meaning.failed ? undefined : text(entry.details?.['access_token_jti']),
      operationId: entry.operationId,
    },
    vantage: 'issuer',
    audience: text(log['audience']) ?? '',
    refresh: meaning.refresh,
    credentialType: text(log['mtls_thumbprint_sha256']) === undefined ? undefined : 'certificate',
  }
}

/** A sign-in that succeeds goes on to an exchange; one that fails ends there. */
export function signInOf(entry: Entry, failed: boolean): TokenRequest | Rejection {
  if (!failed) return goesOn
  const oauthError = text(object(entry.details?.['error'])?.['oauthError'])
  if (oauthError !== undefined && interactiveErrors.has(oauthError)) return step
  return exchangeOf(entry, { kind: 'exchange', holder: 'person', failed: true, refresh: undefined })
}
