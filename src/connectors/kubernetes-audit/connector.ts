/** Kubernetes audit events: plain and in EventLists, GKE log entries, AKS diagnostic records. */
import type { Rejection } from '../../events/rejection.ts'
import type { Connector, JsonObject, Mapped } from '../connector.ts'
import { object, text } from '../fields.ts'
import { type Call, readEvent } from './call.ts'
import { coverage } from './coverage.ts'
import { isLogEntry, readLogEntry } from './log-entry.ts'
import { mapCall } from './mapping.ts'
import { reads } from './schema.ts'

/** Items of an EventList have no kind and apiVersion of their own. */
function isEvent(record: JsonObject): boolean {
  if (text(record['auditID']) !== undefined && text(record['stage']) !== undefined) return true
  if (text(record['apiVersion'])?.startsWith('audit.k8s.io/')) return record['kind'] !== 'EventList'
  return (
    record['kind'] === 'Event' && text(record['verb']) !== undefined && object(record['user']) !== undefined
  )
}

function isAks(record: JsonObject): boolean {
  const category = record['category']
  return category === 'kube-audit' || category === 'kube-audit-admin'
}

/** The last segment of the cluster's resource id, which Azure writes in capitals. */
function aksCluster(record: JsonObject): string {
  const id = text(record['resourceId']) ?? ''
  return id.slice(id.lastIndexOf('/') + 1).toLowerCase()
}

function readCall(record: JsonObject): Call | Rejection {
  if (isLogEntry(record)) return readLogEntry(record)
  if (!isAks(record)) return readEvent(record, '')
  const event = object(object(record['properties'])?.['log'])
  if (event === undefined)
    return {
      reason: 'invalid_field',
      message: 'properties.log holds no audit event: expected an object, or JSON in a text',
    }
  return readEvent(event, aksCluster(record))
}

function map(record: JsonObject): Mapped {
  const call = readCall(record)
  return 'reason' in call ? call : mapCall(call)
}

export const kubernetesAudit: Connector = {
  id: 'kubernetes-audit',
  provider: 'kubernetes',
  title: 'Kubernetes audit events (kube-apiserver, EKS, GKE log entries, AKS kube-audit)',
  coverage,
  reads,
  detect: (record) => isEvent(record) || isAks(record) || isLogEntry(record),
  map,
}
