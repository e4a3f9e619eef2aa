/** Audit events as attempts to get a token: OAuth grants of clients and people, single sign-on of people. */
import type { Identity, TokenRequest, TokenUse } from '../../events/event.ts'
import { faultOf } from '../../events/fault.ts'
import { reject } from '../../events/rejection.ts'
import type { JsonObject, Mapped } from '../connector.ts'
import { number } from '../fields.ts'
import { causeOf, credentialTypeOf, personalGrants, validationGrant } from './codes.ts'
import { type Entry, readEntry } from './entry.ts'

const otherEvent = reject('not_relevant', 'an event about sessions, logout or provisioning, not about tokens')
const step = reject('not_terminal', 'a step of a sign-in: the SSO or OAuth event at its end counts')
const inProgress = reject('not_terminal', 'in progress: the event with its success or failure counts')
const noClient = reject(
  'missing_field',
  'connectionid is missing: expected the client that asked for the token',
)
const noStatus = reject('missing_field', 'status is missing: expected success or failure')

const steps: ReadonlySet<string> = new Set(['AUTHN_ATTEMPT', 'AUTHN_REQUEST'])

/** The application's name is not passed on where it is an address. */
function clientIdentity(entry: Entry, id: string): Identity {
  const { connectionname: name, virtualserverid = '' } = entry.fields
  return {
    id,
    name: name?.includes('@') === true ? undefined : name,
    type: 'service-principal',
    tenant: virtualserverid,
  }
}

function personIdentity(entry: Entry): Identity {
  const { subject, virtualserverid = '' } = entry.fields
  return { id: subject ?? 'unknown', type: 'user', tenant: virtualserverid }
}

/**
 * Without a grant type in the log's pattern, the subject tells: of a client's own grant it is nobody or the client. A
 * person's grant that failed may have nobody too, and then counts for the client.
 */
function isPersonal(entry: Entry): boolean {
  const { granttype, subject, connectionid } = entry.fields
  if (granttype !== undefined) return personalGrants.has(granttype.toLowerCase())
  return subject !== undefined && subject !== connectionid
}

function common(entry: Entry) {
  const { status, description = '', transactionid } = entry.fields
  const isFailed = status !== 'success'
  const cause = isFailed ? causeOf(description) : undefined
  return {
    id: entry.id,
    time: entry.time,
    provider: 'ping',
    source: 'pingfederate',
    layer: 'federation',
    app: '',
    outcome: isFailed ? 'failure' : 'success',
    reason: cause?.reason,
    fault: cause && faultOf[cause.reason],
    code: isFailed ? (cause?.error ?? status) : undefined,
    correlation: { tokenId: entry.fields['atjti'], operationId: transactionid },
  } as const
}

function requestOf(entry: Entry, identity: Identity, audience: string): TokenRequest {
  const latencyMs = number(entry.fields['responsetime'])
  return {
    ...common(entry),
    kind: 'token.request',
    identity,
    vantage: 'issuer',
    audience,
    latencyMs: latencyMs !== undefined && latencyMs >= 0 ? latencyMs : undefined,
    refresh: entry.fields['granttype']?.toLowerCase() === 'refresh_token' ? true : undefined,
    credentialType: credentialTypeOf(entry.fields['clientauthntype']),
  }
}

/** That the token was no good is an answer to the resource server, which was let in. */
function validationOf(entry: Entry, clientId: string): TokenUse {
  const { reason, fault, code, ...base } = common(entry)
  const isRefused = code === 'invalid_client' || code === 'unauthorized_client'
  return {
    ...base,
    correlation: { ...base.correlation, tokenId: undefined },
    kind: 'token.use',
    identity: clientIdentity(entry, clientId),
    outcome: isRefused ? 'failure' : 'success',
    ...(isRefused ? { reason, fault, code } : undefined),
    service: 'pingfederate',
    resource: 'introspection',
    decision: isRefused ? 'unauthenticated' : 'allowed',
    credentialType: credentialTypeOf(entry.fields['clientauthntype']),
  }
}

function mapOAuth(entry: Entry): Mapped {
  const { connectionid: clientId, granttype } = entry.fields
  if (clientId === undefined) return noClient
  if (granttype?.toLowerCase() === validationGrant) return [validationOf(entry, clientId)]
  const isPersons = isPersonal(entry)
  const identity = isPersons ? personIdentity(entry) : clientIdentity(entry, clientId)
  const request = requestOf(entry, identity, '')
  return [isPersons ? { ...request, workload: { kind: 'service', name: clientId } } : request]
}

export function map(record: JsonObject): Mapped {
  const entry = readEntry(record)
  if ('reason' in entry) return entry
  const { event, status } = entry.fields
  if (event !== undefined && steps.has(event)) return step
  if (event !== 'OAuth' && event !== 'SSO') return otherEvent
  if (status === undefined) return noStatus
  if (status === 'inprogress') return inProgress
  if (event === 'OAuth') return mapOAuth(entry)
  return [requestOf(entry, personIdentity(entry), entry.fields['connectionid'] ?? '')]
}
