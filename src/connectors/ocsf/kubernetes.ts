/** OCSF events that were Kubernetes audit events (EKS): put back into that form, and mapped by its connector. */
import { isRejection, type JsonObject, type Mapped } from '../connector.ts'
import { object, objects, text } from '../fields.ts'
import { kubernetesAudit } from '../kubernetes-audit/connector.ts'
import { type Head, instantOf } from './head.ts'

export function isKubernetes(record: JsonObject): boolean {
  const product = object(object(record['metadata'])?.['product'])
  if (text(product?.['version'])?.startsWith('audit.k8s.io')) return true
  const feature = text(object(product?.['feature'])?.['name'])
  return feature === 'Elastic Kubernetes Service' || text(product?.['name']) === 'Amazon EKS'
}

/** `rbac.authorization.k8s.io` of `/apis/rbac.authorization.k8s.io/v1/…`; the core group has no name. */
function apiGroup(path: string): string {
  const prefix = '/apis/'
  if (!path.startsWith(prefix)) return ''
  return path.slice(prefix.length, path.indexOf('/', prefix.length))
}

/** `token` of `/api/v1/namespaces/shop/serviceaccounts/web/token`: OCSF has no place for a subresource. */
function subresource(path: string, resource: string, name: string): string | undefined {
  const named = `/${resource}/${name}/`
  const at = path.indexOf(named)
  if (at < 0) return undefined
  const start = at + named.length
  const end = path.indexOf('/', start)
  return text(path.slice(start, end < 0 ? path.length : end))
}

function objectRef(record: JsonObject, path: string): JsonObject {
  const kept = object(object(record['unmapped'])?.['objectRef'])
  const resource = objects(record['resources'])[0]
  const type = text(resource?.['type']) ?? text(kept?.['resource']) ?? ''
  const name = text(resource?.['name']) ?? text(kept?.['name'])
  return {
    resource: type,
    subresource: text(kept?.['subresource']) ?? subresource(path, type, name ?? ''),
    apiGroup: text(kept?.['apiGroup']) ?? apiGroup(path),
    namespace: text(resource?.['namespace']) ?? text(kept?.['namespace']),
    name,
  }
}

/** As written where it can be read, for the microseconds that the latency of an issuance needs. */
function instantText(written: JsonObject[string], value: JsonObject[string]): string | undefined {
  const asWritten = text(written)
  if (instantOf(undefined, asWritten) !== undefined) return asWritten
  const instant = instantOf(value, undefined)
  return instant === undefined ? undefined : new Date(instant).toISOString()
}

function original(record: JsonObject, head: Head): JsonObject {
  const api = object(record['api'])
  const kept = object(record['unmapped'])
  const path = text(object(object(record['http_request'])?.['url'])?.['path']) ?? ''
  return {
    auditID: object(api?.['request'])?.['uid'] ?? object(record['metadata'])?.['uid'],
    // The stage is OCSF's message; `message` is no attribute of ours, since envelopes have it too.
    stage: text(record['message']) ?? 'ResponseComplete',
    verb: api?.['operation'],
    requestURI: path,
    user: { username: object(object(record['actor'])?.['user'])?.['name'] },
    impersonatedUser: kept?.['impersonatedUser'],
    objectRef: objectRef(record, path),
    responseStatus: { code: object(api?.['response'])?.['code'] },
    requestReceivedTimestamp: instantText(record['start_time_dt'], record['start_time']),
    stageTimestamp: instantText(record['time_dt'], head.time),
    annotations: kept?.['annotations'],
    requestObject: kept?.['requestObject'],
    responseObject: kept?.['responseObject'],
  }
}

export function mapKubernetes(record: JsonObject, head: Head): Mapped {
  const mapped = kubernetesAudit.map(original(record, head))
  if (isRejection(mapped)) return mapped
  const prefix = kubernetesAudit.id.length + 1
  return mapped.map((event) => ({ ...event, id: `ocsf:${event.id.slice(prefix)}`, source: 'ocsf' }))
}
