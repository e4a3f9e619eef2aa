/** A decision to the use of a token at the service that asked for it. */
import type { Fault, Reason, TokenUse } from '../../events/event.ts'
import { faultOf } from '../../events/fault.ts'
import { reject } from '../../events/rejection.ts'
import { parseInstant } from '../../events/time.ts'
import type { JsonObject, JsonValue, Mapped } from '../connector.ts'
import { object, text } from '../fields.ts'
import { isPlatform } from '../kubernetes-audit/subject.ts'
import { namedIdentity } from '../named-identity.ts'
import { answerOf, statusOf } from './answer.ts'
import { ageOf, callerOf, claimsOf, kubernetesUser } from './caller.ts'
import { allowingRules, denyingRules } from './codes.ts'

interface Verdict {
  readonly decision: TokenUse['decision']
  readonly reason?: Reason | undefined
  readonly fault?: Fault | undefined
  readonly code?: string | undefined
}

const allowed: Verdict = { decision: 'allowed' }

function failed(decision: TokenUse['decision'], reason: Reason, code: string): Verdict {
  return { decision, reason, fault: faultOf[reason], code }
}

/** A status that the policy chose says more than that it denied. */
function denial(status: number | undefined): Verdict {
  if (status === 401) return failed('unauthenticated', 'credential_invalid', '401')
  if (status === 429) return failed('allowed', 'throttled', '429')
  return failed('forbidden', 'policy_denied', status === undefined ? 'deny' : String(status))
}

const errorEnd = '_error'

/** `eval_conflict_error` of `authz.rego:8: eval_conflict_error: …`, or of an object; its words may quote the input. */
function errorCode(error: JsonValue): string {
  const written = text(error) ?? text(object(error)?.['code']) ?? ''
  const end = written.indexOf(errorEnd)
  if (end < 0) return 'error'
  const start = written.lastIndexOf(' ', end) + 1
  return written.slice(start, end + errorEnd.length)
}

/** The last segment of `http/authz/allow`. */
function ruleOf(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1)
}

/** `http/authz` of `http/authz/allow`. */
function packageOf(path: string): string {
  const rule = ruleOf(path)
  const isRule = allowingRules.has(rule) || denyingRules.has(rule)
  return isRule && rule.length < path.length ? path.slice(0, -rule.length - 1) : path
}

function serviceOf(record: JsonObject, input: JsonObject | undefined, path: string): string {
  if (kubernetesUser(input) !== undefined) return 'kube-apiserver'
  const destination = text(object(object(input?.['attributes'])?.['destination'])?.['principal'])
  const target = destination === undefined ? undefined : namedIdentity(destination)
  if (target?.workload !== undefined) return target.workload.name
  const labels = object(record['labels'])
  return text(labels?.['app']) ?? text(labels?.['service']) ?? packageOf(path)
}

function requestIdOf(input: JsonObject | undefined): string | undefined {
  const request = object(object(input?.['attributes'])?.['request'])
  return text(object(object(request?.['http'])?.['headers'])?.['x-request-id'])
}

const notADecision = reject('not_relevant', 'a line of the server about its own work: no decision')
const adHoc = reject('not_relevant', 'an ad-hoc query: it names no policy that decides')
const noAnswer = reject(
  'not_relevant',
  'a query for data: its path does not end in a rule such as allow or deny, and its result has none',
)
const ofCluster = reject('not_relevant', 'a request of a component of the cluster itself, not of a workload')

function verdictOf(record: JsonObject, path: string): Verdict | undefined {
  const error = record['error']
  if (error !== undefined && error !== null) return failed('allowed', 'platform_error', errorCode(error))
  const result = record['result']
  const answer = answerOf(ruleOf(path), result)
  if (answer === undefined) return undefined
  return answer === 'allow' ? allowed : denial(statusOf(result))
}

function useOf(record: JsonObject, id: string, time: number, path: string, verdict: Verdict): TokenUse {
  const input = object(record['input'])
  const claims = claimsOf(input)
  const { identity, layer, workload, credentialType } = callerOf(input)
  return {
    kind: 'token.use',
    id: `opa:${id}`,
    time,
    provider: 'opa',
    source: 'opa',
    layer,
    identity,
    workload,
    app: '',
    outcome: verdict.reason === undefined ? 'success' : 'failure',
    reason: verdict.reason,
    fault: verdict.fault,
    code: verdict.code,
    correlation: {
      tokenId: text(claims?.['jti']),
      operationId: text(record['trace_id']),
      requestId: requestIdOf(input),
    },
    service: serviceOf(record, input, path),
    resource: path,
    httpStatus: statusOf(record['result']),
    decision: verdict.decision,
    ...ageOf(claims, time),
    credentialType,
  }
}

export function map(record: JsonObject): Mapped {
  const id = text(record['decision_id'])
  if (id === undefined) return notADecision
  const written = text(record['timestamp'])
  if (written === undefined) return reject('missing_field', 'timestamp is missing: expected an RFC 3339 time')
  const time = parseInstant(written)
  if (Number.isNaN(time)) return reject('invalid_field', 'timestamp is not an RFC 3339 time')
  const path = text(record['path'])
  if (path === undefined) {
    if (record['query'] !== undefined) return adHoc
    return reject('missing_field', 'path is missing: expected the policy that was asked')
  }
  const user = kubernetesUser(object(record['input']))
  if (user !== undefined && isPlatform(user)) return ofCluster
  const verdict = verdictOf(record, path)
  return verdict === undefined ? noAnswer : [useOf(record, id, time, path, verdict)]
}
