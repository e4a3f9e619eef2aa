/** GKE's form of an audit event: a Cloud Logging entry with its own names, paths and gRPC codes. */
import { type Rejection, reject } from '../../events/rejection.ts'
import { parseInstant } from '../../events/time.ts'
import type { JsonObject } from '../connector.ts'
import { number, object, text } from '../fields.ts'
import type { Call } from './call.ts'
import { httpOfGrpc } from './codes.ts'

export function isLogEntry(record: JsonObject): boolean {
  const payload = object(record['protoPayload'])
  if (payload === undefined) return false
  return payload['serviceName'] === 'k8s.io' || (text(payload['methodName'])?.startsWith('io.k8s.') ?? false)
}

/** `core/v1/namespaces/shop/pods/web-1/log`; the object is in a namespace unless it is one itself. */
interface Target {
  readonly apiGroup: string
  readonly resource: string
  readonly subresource: string | undefined
  readonly namespace: string | undefined
  readonly name: string | undefined
}

function isVersion(segment: string): boolean {
  const digit = segment.charCodeAt(1)
  return segment.startsWith('v') && digit >= 48 && digit <= 57
}

/** Resource and subresource from `io.k8s.core.v1.pods.exec.create`, the rest from the path. */
function readTarget(method: readonly string[], resourceName: string): Target {
  const version = method.findIndex(isVersion)
  const resource = version < 0 ? '' : (method[version + 1] ?? '')
  const isBelow = version >= 0 && method.length - version > 3
  const path = resourceName.split('/')
  const isNamespaced = path[2] === 'namespaces' && path.length > 4 && resource !== 'namespaces'
  const group = path[0] ?? ''
  return {
    apiGroup: group === 'core' ? '' : group,
    resource,
    subresource: isBelow ? method[version + 2] : undefined,
    namespace: isNamespaced ? path[3] : undefined,
    name: isNamespaced ? path[5] : path[3],
  }
}

interface EntryHead {
  readonly id: string
  readonly time: number
}

/** `insertId` is unique only together with time and log. */
function readHead(entry: JsonObject): EntryHead | Rejection {
  const insertId = text(entry['insertId'])
  if (insertId === undefined)
    return reject('missing_field', 'insertId is missing: expected the id of the entry')
  const timestamp = text(entry['timestamp'])
  if (timestamp === undefined)
    return reject('missing_field', 'timestamp is missing: expected an RFC 3339 time')
  const time = parseInstant(timestamp)
  if (Number.isNaN(time)) return reject('invalid_field', 'timestamp is not an RFC 3339 time')
  return { id: `kubernetes-audit:${insertId}:${timestamp}:${text(entry['logName']) ?? ''}`, time }
}

export function readLogEntry(entry: JsonObject): Call | Rejection {
  const payload = object(entry['protoPayload'])
  const methodName = text(payload?.['methodName'])
  if (methodName === undefined)
    return reject(
      'missing_field',
      'protoPayload.methodName is missing: expected e.g. io.k8s.core.v1.pods.get',
    )
  const operation = object(entry['operation'])
  if (operation?.['first'] === true && operation['last'] !== true)
    return reject('not_terminal', 'the first record of an operation: the one with operation.last counts')
  const head = readHead(entry)
  if ('reason' in head) return head
  const written = number(object(payload?.['status'])?.['code']) ?? 0
  const method = methodName.split('.')
  return {
    id: head.id,
    cluster: text(object(object(entry['resource'])?.['labels'])?.['cluster_name']) ?? '',
    ended: head.time,
    received: head.time,
    latencyMs: undefined,
    user: text(object(payload?.['authenticationInfo'])?.['principalEmail']) ?? '',
    impersonated: undefined,
    extra: undefined,
    verb: method.at(-1) ?? '',
    ...readTarget(method, text(payload?.['resourceName']) ?? ''),
    // A code that gRPC does not know stays what it is, and fails the call as unknown.
    status: httpOfGrpc[written] ?? written,
    code: String(written),
    address: undefined,
    annotations: object(entry['labels']),
    asked: object(payload?.['request']),
    answered: object(payload?.['response']),
    dryRun: false,
  }
}
