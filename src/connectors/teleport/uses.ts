/** Sessions and requests that a certificate was shown for. */
import type { Identity, TokenUse } from '../../events/event.ts'
import { faultOf } from '../../events/fault.ts'
import { type Rejection, reject } from '../../events/rejection.ts'
import type { JsonObject } from '../connector.ts'
import { number, text } from '../fields.ts'
import { callOutcome } from '../http-outcome.ts'
import { type AuditEvent, type Failure, failureOf } from './audit-event.ts'
import { uses } from './codes.ts'

interface Target {
  readonly service: string
  readonly resource: string | undefined
}

/** Parts that are there, with slashes. */
function path(...parts: readonly (string | undefined)[]): string | undefined {
  return text(parts.filter((part) => part !== undefined && !part.includes('@')).join('/'))
}

/** Objects of a cluster stay unnamed: they may be secrets, or named after people. */
function targetOf(event: AuditEvent): Target {
  const { record, type } = event
  const cluster = text(record['kubernetes_cluster'])
  if (type === 'kube.request' || record['proto'] === 'kube')
    return {
      service: 'kubernetes',
      resource: path(cluster, text(record['resource_namespace']), text(record['resource_kind'])),
    }
  if (type.startsWith('db.'))
    return {
      service: text(record['db_protocol']) ?? 'database',
      resource: path(text(record['db_service']), text(record['db_name'])),
    }
  const resource = type.startsWith('app.')
    ? path(text(record['app_name']))
    : path(text(record['desktop_name']) ?? text(record['server_hostname']) ?? text(record['server_id']))
  return { service: uses[type] ?? 'ssh', resource }
}

function statusOf(record: JsonObject): number | undefined {
  const status = number(record['response_code']) ?? number(record['status_code'])
  return status !== undefined && status >= 100 && status < 600 ? status : undefined
}

function byStatus(status: number): Failure | undefined {
  const { decision, reason } = callOutcome(status)
  return reason === undefined ? undefined : { reason, fault: faultOf[reason], code: String(status), decision }
}

/** A session that is refused is refused by default: why is in the error's words. */
function failed(event: AuditEvent): Failure | undefined {
  if (event.type === 'session.rejected')
    return { reason: 'policy_denied', fault: faultOf.policy_denied, code: event.code, decision: 'forbidden' }
  return event.isFailure
    ? failureOf(event, event.type === 'auth' ? 'unauthenticated' : 'forbidden')
    : undefined
}

const failedQuery = reject('not_relevant', 'a query that failed for another reason than a missing right')

export function mapUse(event: AuditEvent, identity: Identity): TokenUse | Rejection {
  const status = statusOf(event.record)
  const failure = status === undefined ? failed(event) : byStatus(status)
  if (event.type === 'db.session.query.failed' && failure?.reason !== 'permission_denied') return failedQuery
  const { service, resource } = targetOf(event)
  return {
    kind: 'token.use',
    id: event.id,
    time: event.time,
    provider: 'teleport',
    source: 'teleport',
    layer: service === 'kubernetes' ? 'container' : 'paas',
    identity,
    app: '',
    outcome: failure === undefined ? 'success' : 'failure',
    reason: failure?.reason,
    fault: failure?.fault,
    code: failure?.code,
    service,
    resource,
    httpStatus: status,
    decision: failure?.decision ?? 'allowed',
    credentialType: 'certificate',
  }
}
