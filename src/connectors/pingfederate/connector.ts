/** PingFederate's security audit log: JSON layouts, and lines of `key="value"` text inside a shipper's JSON. */
import type { Connector } from '../connector.ts'
import { coverage } from './coverage.ts'
import { isAuditRecord } from './entry.ts'
import { map } from './mapping.ts'
import { reads } from './schema.ts'

export const pingfederate: Connector = {
  id: 'pingfederate',
  provider: 'ping',
  title: 'PingFederate security audit log (JSON layouts, key="value" lines in JSON)',
  coverage,
  reads,
  detect: isAuditRecord,
  map,
}
