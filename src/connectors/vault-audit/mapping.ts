/** An answered request to identity events: issuance, changes, secret reads, and the use of the token itself. */
import type { Reason, SecretRead, TokenUse } from '../../events/event.ts'
import { faultOf } from '../../events/fault.ts'
import { type Rejection, reject } from '../../events/rejection.ts'
import { addressIn } from '../address.ts'
import type { JsonObject, Mapped } from '../connector.ts'
import { namesCredential } from '../credential-names.ts'
import { object, text } from '../fields.ts'
import { type Call, hasSucceeded, isAuthMount, readCall, tokenTimes } from './call.ts'
import { changeOf } from './changes.ts'
import { meanings, permissionDenied } from './codes.ts'
import { type Holder, holderOf } from './identity.ts'
import { issuanceOf, mapIssuance } from './issuance.ts'

interface Verdict {
  readonly decision: TokenUse['decision']
  readonly reason?: Reason | undefined
  readonly code?: string | undefined
}

const letIn: Verdict = { decision: 'allowed' }

function isAuthorised(call: Call): boolean {
  return object(call.auth?.['policy_results'])?.['allowed'] === true
}

/** There are no status codes: an error that is not known is an answer where the policies had let the caller in. */
function verdictOf(call: Call): Verdict {
  const error = call.error
  if (error === undefined) return letIn
  const known = meanings.find((meaning) => error.includes(meaning.text))
  if (known === undefined)
    return isAuthorised(call) ? letIn : { decision: 'allowed', reason: 'unknown', code: 'error' }
  if (known.text === permissionDenied && call.holder === undefined)
    return { decision: 'unauthenticated', reason: 'credential_invalid', code: known.text }
  return { decision: known.decision, reason: known.reason, code: known.text }
}

/** Names of secrets stay out, and what is below auth methods and the identity store, where people have names. */
function resourceOf(call: Call): string {
  const isHidden =
    isAuthMount(call) ||
    call.mount === 'identity' ||
    call.mountType === 'kv' ||
    call.mountType === 'cubbyhole'
  if (isHidden || call.rest === '' || call.rest.includes('@')) return call.mount
  return `${call.mount}/${call.rest}`
}

interface Age {
  readonly tokenAgeSeconds?: number | undefined
  readonly ttlSeconds?: number | undefined
}

/** Vault takes no expired token: one that is older than its TTL was renewed, and what is left of it is not told. */
function ageOf(call: Call): Age {
  const { ttlSeconds, issued } = tokenTimes(call.auth)
  const age = issued === undefined ? -1 : (call.time - issued) / 1000
  if (age < 0) return { ttlSeconds }
  const isRenewed = ttlSeconds !== undefined && age > ttlSeconds
  return { tokenAgeSeconds: age, ttlSeconds: isRenewed ? undefined : ttlSeconds }
}

function common(call: Call, holder: Holder, id: string) {
  return {
    id,
    time: call.time,
    provider: 'vault',
    source: 'vault-audit',
    layer: holder.layer,
    identity: holder.identity,
    workload: holder.workload,
    app: '',
    correlation: { tokenId: text(call.auth?.['accessor']), requestId: call.requestId },
  } as const
}

function useOf(call: Call, holder: Holder, id: string): TokenUse {
  const { decision, reason, code } = verdictOf(call)
  return {
    ...common(call, holder, id),
    kind: 'token.use',
    outcome: reason === undefined ? 'success' : 'failure',
    reason,
    fault: reason === undefined ? undefined : faultOf[reason],
    code,
    service: call.mountType || call.mount,
    resource: resourceOf(call),
    decision,
    address: holder.identity.type === 'user' ? undefined : addressIn(call.address),
    ...ageOf(call),
    credentialType: 'session',
  }
}

/** Version 2 of the engine answers a deleted secret with its metadata alone. */
function secretNameOf(call: Call): string | undefined {
  const data = object(call.response?.['data'])
  if (call.operation !== 'read' || call.mountType !== 'kv' || data === undefined) return undefined
  if (!call.rest.startsWith('data/')) return call.rest.startsWith('metadata/') ? undefined : text(call.rest)
  return object(data['data']) === undefined ? undefined : text(call.rest.slice('data/'.length))
}

function secretRead(call: Call, holder: Holder): SecretRead | undefined {
  const secret = secretNameOf(call)
  if (secret === undefined || holder.identity.type === 'user') return undefined
  return {
    ...common(call, holder, call.id),
    kind: 'secret.read',
    outcome: 'success',
    vault: call.mount,
    secret,
    likelyFallback: namesCredential(secret),
  }
}

const noToken = reject(
  'not_relevant',
  'a request without a token that needed none (seal status, keys, discovery)',
)

/** A refusal may come before Vault knows who asks: it counts, but nobody's. */
function callerOf(call: Call): Holder | Rejection {
  if (call.holder !== undefined) return call.holder
  return call.error === undefined
    ? noToken
    : holderOf({ id: 'unknown', type: 'unknown', tenant: call.namespace })
}

function mapCall(call: Call): Mapped {
  const way = issuanceOf(call)
  if (way !== undefined) {
    const issued = mapIssuance(call, way)
    return 'kind' in issued ? [issued] : issued
  }
  const caller = callerOf(call)
  if ('reason' in caller) return caller
  const effect = hasSucceeded(call) ? (secretRead(call, caller) ?? changeOf(call, caller)) : undefined
  if (effect === undefined) return [useOf(call, caller, call.id)]
  return caller.identity.type === 'user' ? [effect] : [effect, useOf(call, caller, `${call.id}#1`)]
}

const unanswered = reject(
  'not_terminal',
  'a request entry: the response entry repeats it, and says what came of it',
)
const kmip = reject(
  'not_relevant',
  'an operation of the KMIP engine: its clients have certificates, not tokens',
)

export function map(record: JsonObject): Mapped {
  const type = record['type']
  if (type === 'request') return unanswered
  if (type !== 'response') return kmip
  const call = readCall(record)
  return 'reason' in call ? call : mapCall(call)
}
