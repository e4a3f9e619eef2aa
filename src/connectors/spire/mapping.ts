/** SPIRE server and agent log lines: SVIDs that were signed, rotated and handed out, calls of the API, changes of entries. */
import type {
  Fault,
  Identity,
  IdentityEvent,
  MetadataCall,
  Reason,
  TokenRequest,
} from '../../events/event.ts'
import { faultOf } from '../../events/fault.ts'
import { reject } from '../../events/rejection.ts'
import { parseInstant } from '../../events/time.ts'
import type { JsonObject, Mapped } from '../connector.ts'
import { number, text } from '../fields.ts'
import { namedIdentity } from '../named-identity.ts'
import { causeOf, changes, grpcReasons, issuance } from './codes.ts'

interface Line {
  readonly record: JsonObject
  readonly time: number
  readonly message: string
  readonly requestId: string | undefined
}

interface Failure {
  readonly reason: Reason
  readonly fault?: Fault
  readonly code: string
}

const steps: ReadonlySet<string> = new Set([
  'Rotating agent SVID',
  'Renewing X509-SVID',
  'Renewing stale entries',
  'Failed to renew agent',
])

const handedOut: ReadonlySet<string> = new Set([
  'Fetched X.509 SVID',
  'Fetched X509 SVID',
  'Fetched X509-SVID',
  'Fetched JWT SVID',
])

const signed: ReadonlySet<string> = new Set([
  'Signed X509 SVID',
  'Signed JWT SVID',
  'Signed X509-SVID',
  'Signed JWT-SVID',
])

const nobody: Identity = { id: 'unknown', type: 'unknown', tenant: '' }

/** Ids in SPIRE's lines are URIs; some write trust domain and path only. */
function named(id: string | undefined) {
  if (id === undefined) return { identity: nobody, layer: 'federation', workload: undefined } as const
  const uri = id.startsWith('spiffe://') ? id : `spiffe://${id}`
  return namedIdentity(uri) ?? ({ identity: nobody, layer: 'federation', workload: undefined } as const)
}

function base(line: Line, who: string | undefined, suffix: string, failure: Failure | undefined) {
  const { identity, layer, workload } = named(who)
  const key = line.requestId ?? `${line.time}`
  return {
    id: `spire:${key}:${suffix}`,
    time: line.time,
    provider: 'spiffe',
    source: 'spire',
    layer,
    identity,
    workload,
    app: '',
    outcome: failure === undefined ? 'success' : 'failure',
    reason: failure?.reason,
    fault: failure === undefined ? undefined : (failure.fault ?? faultOf[failure.reason]),
    code: failure?.code,
    correlation: line.requestId === undefined ? undefined : { requestId: line.requestId },
  } as const
}

/** Epoch ms: `expires_at` is a Unix number in one method and RFC 3339 in another. */
function expiryOf({ record, time }: Line): number | undefined {
  const written = record['expires_at'] ?? record['expiration']
  const seconds = number(written)
  const instant = seconds === undefined ? parseInstant(text(written) ?? '') : seconds * 1000
  return Number.isSafeInteger(instant) && instant > time ? instant : undefined
}

function request(
  line: Line,
  who: string | undefined,
  suffix: string,
  failure: Failure | undefined,
  rest: Pick<TokenRequest, 'vantage' | 'refresh' | 'ttlSeconds'>,
): IdentityEvent {
  const expiresAt = failure === undefined ? expiryOf(line) : undefined
  return {
    ...base(line, who, suffix, failure),
    kind: 'token.request',
    vantage: rest.vantage,
    audience: text(line.record['audience']) ?? '',
    refresh: rest.refresh,
    ttlSeconds:
      rest.ttlSeconds ?? (expiresAt === undefined ? undefined : Math.round((expiresAt - line.time) / 1000)),
    expiresAt,
  }
}

/** Who gets the SVID; where the line does not say, who asks. */
function receiver({ record }: Line): string | undefined {
  return text(record['spiffe_id']) ?? text(record['agent_id']) ?? text(record['caller_id'])
}

function auditFailure({ record }: Line): Failure | undefined {
  if (text(record['status']) === 'success') return undefined
  const code = text(record['status_code']) ?? text(record['status']) ?? 'missing'
  return { code, reason: grpcReasons.get(code) ?? 'unknown' }
}

/** One line for each call, or for each entry of a batch. */
function audit(line: Line): Mapped {
  const { record } = line
  const method = text(record['method'])
  if (method === undefined) return reject('missing_field', 'method: expected the API method of an audit line')
  const failure = auditFailure(line)
  const caller = text(record['caller_id'])
  const entry = text(record['spiffe_id']) ?? text(record['registration_id']) ?? text(record['entry_id']) ?? ''
  if (issuance.has(method)) {
    const refresh = method === 'RenewAgent' ? true : undefined
    return [request(line, receiver(line), entry, failure, { vantage: 'issuer', refresh })]
  }
  const op = changes.get(method)
  if (op !== undefined && failure === undefined) {
    const by = named(caller).identity
    const actor = { id: by.id, name: by.name, type: by.type }
    const whose = text(record['spiffe_id']) ?? text(record['agent_id'])
    return [{ ...base(line, whose, entry, undefined), kind: 'identity.change', op, actor }]
  }
  if (caller === undefined)
    return reject('not_relevant', 'a call over the local socket: its caller has no identity of SPIRE')
  const isDenied = failure?.reason === 'permission_denied'
  const isUnknown = failure?.reason === 'credential_invalid'
  const isBusiness = failure?.reason === 'identity_not_found' || failure?.reason === 'misconfigured_caller'
  return [
    {
      ...base(line, caller, entry, isBusiness ? undefined : failure),
      kind: 'token.use',
      service: text(record['service']) ?? 'spire',
      resource: method,
      decision: isDenied ? 'forbidden' : isUnknown ? 'unauthenticated' : 'allowed',
      credentialType: 'certificate',
    },
  ]
}

/** The Workload API is the endpoint that workloads ask on their own machine. */
function metadataCall(
  line: Line,
  who: string | undefined,
  suffix: string,
  failure: Failure | undefined,
): MetadataCall {
  const { id, ...rest } = base(line, who, suffix, failure)
  return { ...rest, kind: 'metadata.call', id: `${id}#1`, endpoint: 'spire-agent' }
}

/** What an agent hands to a workload from its cache; in an outage it goes on with SVIDs that have expired. */
function fetched(line: Line): Mapped {
  const who = text(line.record['spiffe_id'])
  if (who === undefined) return reject('not_relevant', 'the line names no SPIFFE id')
  const ttl = number(line.record['ttl'])
  const isExpired = ttl !== undefined && ttl <= 0
  const failure: Failure | undefined = isExpired
    ? { code: 'ttl', reason: 'token_expired', fault: 'platform' }
    : undefined
  const ttlSeconds = ttl === undefined || isExpired ? undefined : Math.round(ttl)
  const pid = text(line.record['pid']) ?? number(line.record['pid']) ?? ''
  const suffix = `${who}:${pid}`
  return [
    request(line, who, suffix, failure, { vantage: 'metadata', ttlSeconds }),
    metadataCall(line, who, suffix, failure),
  ]
}

function agentRotation(line: Line, failure: Failure | undefined): Mapped {
  const who = text(line.record['spiffe_id']) ?? text(line.record['agent_id'])
  return [request(line, who, 'rotation', failure, { vantage: 'client', refresh: true })]
}

function mapLine(line: Line): Mapped {
  const { record, message } = line
  if (record['type'] === 'audit') return audit(line)
  if (handedOut.has(message)) return fetched(line)
  if (signed.has(message)) {
    const who = receiver(line)
    if (who === undefined) return reject('missing_field', 'spiffe_id: expected whose SVID was signed')
    return [request(line, who, text(record['spiffe_id']) ?? '', undefined, { vantage: 'issuer' })]
  }
  if (message === 'Successfully rotated agent SVID') return agentRotation(line, undefined)
  if (message === 'Could not rotate agent SVID') return agentRotation(line, causeOf(text(record['error'])))
  if (message === 'No identity issued') {
    const pid = text(record['pid']) ?? number(record['pid']) ?? ''
    const failure: Failure = { code: 'No identity issued', reason: 'identity_not_found' }
    return [
      request(line, undefined, `none:${pid}`, failure, { vantage: 'metadata' }),
      metadataCall(line, undefined, `none:${pid}`, failure),
    ]
  }
  if (steps.has(message))
    return reject('not_terminal', 'a step of a rotation whose end has a line of its own')
  if (line.requestId !== undefined && record['level'] === 'error')
    return reject('not_terminal', 'the audit line of the same request counts (audit_log_enabled)')
  return reject('not_relevant', 'a line about the work of SPIRE itself')
}

export function map(record: JsonObject): Mapped {
  const written = text(record['time'])
  if (written === undefined) return reject('missing_field', 'time: expected when the line was written')
  const time = parseInstant(written)
  if (Number.isNaN(time)) return reject('invalid_field', 'time: expected an RFC 3339 time')
  const message = text(record['msg'])
  if (message === undefined) return reject('missing_field', 'msg: expected what the line says')
  return mapLine({ record, time, message, requestId: text(record['request_id']) })
}
