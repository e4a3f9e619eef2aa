/** Lines of the agent as attempts to get a role's credentials, and as calls of pods to the agent. */
import type { MetadataCall, TokenRequest } from '../../events/event.ts'
import { faultOf } from '../../events/fault.ts'
import { reject } from '../../events/rejection.ts'
import { parseInstant } from '../../events/time.ts'
import type { JsonObject, Mapped } from '../connector.ts'
import { number, text } from '../fields.ts'
import { type Failure, failureOf } from './failure.ts'
import { identityOf, type Line, readLine } from './line.ts'

const step = reject('not_terminal', "a step of a pod's request: the line that tells how it ended counts")
const other = reject('not_relevant', "something of the agent's own: no pod asked for credentials")
const formerPod = reject(
  'not_relevant',
  'the agent stops renewing with a service account token that has expired: its pod has a newer one, or is gone',
)
const delegated = reject('not_terminal', 'the line of the fetch from EKS Auth counts')

/** The agent's own address is one of two, IPv4 and IPv6; the line does not say which. */
const endpoint = 'eks-pod-identity-agent'

function common(line: Line, failure: Failure | undefined) {
  return {
    time: line.time,
    provider: 'aws',
    source: 'eks-pod-identity-agent',
    layer: 'container',
    identity: identityOf(line),
    workload: line.workload,
    app: '',
    outcome: failure === undefined ? 'success' : 'failure',
    reason: failure?.reason,
    fault: failure === undefined ? undefined : faultOf[failure.reason],
    code: failure?.code,
  } as const
}

interface Validity {
  readonly expiresAt?: number | undefined
  readonly ttlSeconds?: number | undefined
}

/** Only where one of several places gave the credentials does the line say until when they hold. */
function validityOf(line: Line): Validity {
  const expiry = text(line.record['expiry'])
  const expiresAt = expiry === undefined ? Number.NaN : parseInstant(expiry)
  if (Number.isNaN(expiresAt) || expiresAt <= line.time) return {}
  return { expiresAt, ttlSeconds: Math.round((expiresAt - line.time) / 1000) }
}

function tokenRequest(line: Line, failure: Failure | undefined): TokenRequest {
  const latency = failure === undefined ? number(line.record['request_time_ms']) : undefined
  const requestId = failure === undefined ? undefined : (text(line.record['request-id']) ?? failure.requestId)
  const { expiresAt, ttlSeconds } = failure === undefined ? validityOf(line) : {}
  return {
    ...common(line, failure),
    kind: 'token.request',
    id: line.id,
    correlation: requestId === undefined ? undefined : { requestId },
    vantage: 'metadata',
    audience: '',
    latencyMs: latency !== undefined && latency >= 0 ? latency : undefined,
    refresh: line.isRenewal ? true : undefined,
    ttlSeconds,
    expiresAt,
    credentialType: 'managed',
  }
}

function metadataCall(line: Line, id: string, failure: Failure | undefined): MetadataCall {
  return {
    ...common(line, failure),
    kind: 'metadata.call',
    id,
    endpoint,
    httpStatus: failure === undefined ? 200 : failure.httpStatus,
  }
}

/** A renewal is the agent's own doing; everything else ends a pod's call to it. */
function fetched(line: Line, failure: Failure | undefined): Mapped {
  const request = tokenRequest(line, failure)
  return line.isRenewal ? [request] : [request, metadataCall(line, `${line.id}#1`, failure)]
}

const staleAnswer: Failure = {
  reason: 'platform_error',
  code: 'expired credential',
  httpStatus: 200,
  requestId: undefined,
}

function issued(line: Line): Mapped {
  if (text(line.record['delegate']) === 'eks-auth') return delegated
  return fetched(line, line.record['expired'] === true ? staleAnswer : undefined)
}

function renewalFailed(line: Line): Mapped {
  const failure = failureOf(line.message)
  return failure.reason === 'credential_expired'
    ? formerPod
    : [tokenRequest({ ...line, isRenewal: true }, failure)]
}

export function map(record: JsonObject): Mapped {
  const line = readLine(record)
  if ('reason' in line) return line
  switch (line.kind) {
    case 'fetched':
      return fetched(line, undefined)
    case 'issued':
      return issued(line)
    case 'served':
      return [metadataCall(line, line.id, undefined)]
    case 'refused':
      return fetched(line, failureOf(line.message))
    case 'renewal-failed':
      return renewalFailed(line)
    case 'step':
      return step
    default:
      return other
  }
}
