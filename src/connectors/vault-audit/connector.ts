/** Entries of HashiCorp Vault's audit devices (file, socket, syslog), and of OpenBao's, in their JSON format. */
import type { Connector, JsonObject } from '../connector.ts'
import { object, text } from '../fields.ts'
import { coverage } from './coverage.ts'
import { map } from './mapping.ts'
import { reads } from './schema.ts'

const types: ReadonlySet<unknown> = new Set(['request', 'response', 'kmip-request', 'kmip-response'])

function detect(record: JsonObject): boolean {
  if (!types.has(record['type'])) return false
  const request = object(record['request'])
  return request !== undefined && (text(request['operation']) ?? text(request['path'])) !== undefined
}

export const vaultAudit: Connector = {
  id: 'vault-audit',
  provider: 'vault',
  title: 'HashiCorp Vault audit devices: logins, renewals, uses of tokens, changes of roles, secret reads',
  coverage,
  reads,
  detect,
  map,
}
