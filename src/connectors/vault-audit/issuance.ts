/** Logins, renewals and other calls that give a token: each an attempt, whatever came of it. */
import type { Reason, TokenRequest } from '../../events/event.ts'
import { faultOf } from '../../events/fault.ts'
import { type Rejection, reject } from '../../events/rejection.ts'
import type { JsonObject } from '../connector.ts'
import { object, text } from '../fields.ts'
import { type Call, hasSucceeded, isAuthMount, tokenTimes } from './call.ts'
import { credentialTypes, loginMeanings, meanings, peoplesMethods, permissionDenied } from './codes.ts'
import { type Holder, holderOf, personOf, tokenHolder } from './identity.ts'

export type Issuance = 'login' | 'create' | 'renew' | 'identity-token'

function isTokenStore(call: Call): boolean {
  return call.mount === 'auth/token'
}

function storeIssuance(call: Call): Issuance | undefined {
  if (call.operation !== 'update' && call.operation !== 'create') return undefined
  if (call.rest === 'create' || call.rest === 'create-orphan' || call.rest.startsWith('create/'))
    return 'create'
  const isRenewal =
    call.rest === 'renew-self' ||
    call.rest === 'renew' ||
    call.rest === 'renew-accessor' ||
    call.rest.startsWith('renew/')
  return isRenewal ? 'renew' : undefined
}

/** Which way a call gives a token; `undefined` for all others. */
export function issuanceOf(call: Call): Issuance | undefined {
  if (isTokenStore(call)) return storeIssuance(call)
  if (call.mount === 'identity' && call.operation === 'read' && call.rest.startsWith('oidc/token/'))
    return 'identity-token'
  if (call.mount === 'sys' && call.rest === 'mfa/validate') return 'login'
  if (!isAuthMount(call)) return undefined
  if (call.rest === 'oidc/callback' || call.rest === 'callback') return 'login'
  const isLogin = call.rest === 'login' || call.rest.startsWith('login/')
  return isLogin && (call.operation === 'update' || call.operation === 'create') ? 'login' : undefined
}

/** Of a failed login only the path tells whose it was, and only for people. */
function applicant(call: Call): Holder {
  const name = call.rest.startsWith('login/') ? text(call.rest.slice('login/'.length)) : undefined
  if (name !== undefined && peoplesMethods.has(call.mountType)) return personOf(name, call.namespace)
  return holderOf({ id: call.mount, type: 'unknown', tenant: call.namespace })
}

function receiver(call: Call, way: Issuance, given: JsonObject | undefined): Holder {
  const holder = tokenHolder(given, call.namespace)
  if (holder !== undefined) return holder
  if (way === 'identity-token' || way === 'create' || call.rest === 'renew-self')
    return call.holder ?? holderOf({ id: 'unknown', type: 'unknown', tenant: call.namespace })
  return way === 'login'
    ? applicant(call)
    : holderOf({ id: 'unknown', type: 'unknown', tenant: call.namespace })
}

interface Failure {
  readonly reason: Reason
  readonly code: string
}

/** The top-level error is empty for some refused logins (unknown role id, address, user), which give no token either. */
function failureOf(call: Call, way: Issuance): Failure {
  const error = call.error
  if (error === undefined) return { reason: 'credential_invalid', code: 'no token in the response' }
  const known =
    loginMeanings.find((meaning) => error.includes(meaning.text)) ??
    meanings.find((meaning) => error.includes(meaning.text))
  if (known === undefined) return { reason: 'unknown', code: 'error' }
  // Refused is the credential that was logged in with; a right can be missing only where there is a token.
  const isCredential = known.text === permissionDenied && (way === 'login' || call.holder === undefined)
  return { reason: isCredential ? 'credential_invalid' : known.reason, code: known.text }
}

/** The accessor of the token that was given: tokens have one unless they are batch tokens. */
function accessorOf(call: Call, given: JsonObject | undefined): string | undefined {
  return text(given?.['accessor']) ?? text(object(call.response?.['wrap_info'])?.['wrapped_accessor'])
}

function federationOf(call: Call, holder: Holder): TokenRequest['federation'] {
  if (credentialTypes[call.mountType] !== 'federated') return undefined
  const { id, type } = holder.identity
  return { issuer: call.mount, subject: type === 'unknown' || type === 'role' ? '' : id }
}

export function mapIssuance(call: Call, way: Issuance): TokenRequest | Rejection {
  const given = object(call.response?.['auth'])
  const tokenId = accessorOf(call, given)
  const isGiven = tokenId !== undefined || given?.['token_type'] === 'batch'
  if (!isGiven && given !== undefined && call.error === undefined)
    return reject('not_terminal', 'a login that waits for its second factor: sys/mfa/validate counts')
  const succeeded = way === 'identity-token' ? hasSucceeded(call) : isGiven && call.error === undefined
  const failure = succeeded ? undefined : failureOf(call, way)
  const holder = receiver(call, way, given)
  const { ttlSeconds, issued } = tokenTimes(succeeded ? given : undefined)
  // The stamp in a renewed token is still that of its first day.
  const begun = way === 'renew' ? call.time : issued
  return {
    kind: 'token.request',
    id: call.id,
    time: call.time,
    provider: 'vault',
    source: 'vault-audit',
    layer: holder.layer,
    identity: holder.identity,
    workload: holder.workload,
    app: '',
    outcome: failure === undefined ? 'success' : 'failure',
    reason: failure?.reason,
    fault: failure === undefined ? undefined : faultOf[failure.reason],
    code: failure?.code,
    correlation: { tokenId: succeeded ? tokenId : undefined, requestId: call.requestId },
    vantage: 'issuer',
    audience: '',
    refresh: way === 'renew' ? true : undefined,
    ttlSeconds,
    expiresAt: begun === undefined || ttlSeconds === undefined ? undefined : begun + ttlSeconds * 1000,
    credentialType: way === 'login' ? credentialTypes[call.mountType] : 'session',
    federation: way === 'login' ? federationOf(call, holder) : undefined,
  }
}
