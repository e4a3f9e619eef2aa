/** Google Cloud Audit Logs; the entries that GKE writes for the Kubernetes API are left to kubernetes-audit. */
import type { Connector, JsonObject } from '../connector.ts'
import { object, text } from '../fields.ts'
import { coverage } from './coverage.ts'
import { map } from './mapping.ts'
import { reads } from './schema.ts'

function detect(record: JsonObject): boolean {
  const payload = object(record['protoPayload'])
  if (payload === undefined || payload['serviceName'] === 'k8s.io') return false
  const method = text(payload['methodName'])
  if (method !== undefined) return !method.startsWith('io.k8s.')
  return payload['authenticationInfo'] !== undefined || payload['serviceName'] !== undefined
}

export const gcpAudit: Connector = {
  id: 'gcp-audit',
  provider: 'gcp',
  title: 'Google Cloud Audit Logs (Pub/Sub push, Log Router exports, gcloud logging read)',
  coverage,
  reads,
  detect,
  map,
}
