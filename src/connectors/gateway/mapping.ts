/** One request to a token endpoint that exchanged, or failed to exchange, a token. */
import type { Correlation, TokenRequest } from '../../events/event.ts'
import { reject } from '../../events/rejection.ts'
import { parseInstant } from '../../events/time.ts'
import type { JsonObject, JsonValue, Mapped } from '../connector.ts'
import { number, text, texts } from '../fields.ts'
import { fingerprint } from '../fingerprint.ts'
import { failureOf } from './outcome.ts'
import { type Party, partyOf } from './party.ts'

const missingTime = reject('missing_field', 'time: expected the RFC 3339 time of the request')
const invalidTime = reject('invalid_field', 'time is not an RFC 3339 time')
const missingParty = reject(
  'missing_field',
  'subject_token_subject: expected whose token was exchanged (or actor_token_subject, or client_id)',
)

function listed(value: JsonValue | undefined): string | undefined {
  return text(value) ?? text(texts(value).join(' '))
}

/** Without an id of the request: when, who, for what, and with which token. */
function idOf(record: JsonObject, written: string, party: Party, audience: string): string {
  const requestId = text(record['request_id'])
  if (requestId !== undefined) return `gateway:${requestId}`
  const which = `${text(record['subject_token_id'])}|${text(record['issued_token_id'])}`
  return `gateway:${fingerprint(`${written}|${party.identity.id}|${audience}|${which}`)}`
}

function correlationOf(record: JsonObject, isIssued: boolean): Correlation | undefined {
  const tokenId = isIssued ? text(record['issued_token_id']) : undefined
  const requestId = text(record['request_id'])
  return tokenId === undefined && requestId === undefined ? undefined : { tokenId, requestId }
}

/** A duration of 0 is possible, a lifetime of 0 is not. */
function above(least: number, value: JsonValue | undefined): number | undefined {
  const found = number(value)
  return found !== undefined && found >= least ? found : undefined
}

export function map(record: JsonObject): Mapped {
  const written = text(record['time']) ?? text(record['@timestamp']) ?? text(record['timestamp'])
  if (written === undefined) return missingTime
  const time = parseInstant(written)
  if (Number.isNaN(time)) return invalidTime
  const failure = failureOf(record)
  if (failure !== undefined && 'message' in failure) return failure
  const party = partyOf(record)
  if (party === undefined) return missingParty
  const audience = listed(record['audience']) ?? listed(record['resource']) ?? ''
  const ttlSeconds = failure === undefined ? above(1, record['expires_in']) : undefined
  const request: TokenRequest = {
    kind: 'token.request',
    id: idOf(record, written, party, audience),
    time,
    provider: 'other',
    source: 'gateway',
    layer: party.layer,
    identity: party.identity,
    workload: party.workload,
    app: '',
    outcome: failure === undefined ? 'success' : 'failure',
    reason: failure?.reason,
    fault: failure?.fault,
    code: failure?.code,
    correlation: correlationOf(record, failure === undefined),
    vantage: 'issuer',
    audience,
    latencyMs: above(0, record['duration_ms']),
    ttlSeconds,
    expiresAt: ttlSeconds === undefined ? undefined : time + ttlSeconds * 1000,
    credentialId: text(record['subject_token_id']),
    credentialType: 'federated',
    federation: party.federation,
  }
  return [request]
}
