/** Azure Key Vault and managed HSM audit events. */
import type { Connector, JsonObject } from '../connector.ts'
import { text } from '../fields.ts'
import { coverage } from './coverage.ts'
import { map } from './mapping.ts'
import { reads } from './schema.ts'

/** Other services have a category AuditEvent too: the resource tells them apart. */
function detect(record: JsonObject): boolean {
  if (record['type'] === 'AZKVAuditLogs') return true
  if (record['category'] !== 'AuditEvent') return false
  const resourceId = text(record['resourceId']) ?? text(record['_resourceId'])
  return resourceId?.toLowerCase().includes('/providers/microsoft.keyvault/') === true
}

export const azureKeyvault: Connector = {
  id: 'azure-keyvault',
  provider: 'azure',
  title: 'Azure Key Vault audit events',
  coverage,
  reads,
  detect,
  map,
}
