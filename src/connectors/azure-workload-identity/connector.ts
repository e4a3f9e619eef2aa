/** Azure workload identity: its proxy sidecar, its webhook, and clients that log with its credential code. */
import type { Connector } from '../connector.ts'
import { coverage } from './coverage.ts'
import { isLine } from './line.ts'
import { map } from './mapping.ts'
import { reads } from './schema.ts'

export const azureWorkloadIdentity: Connector = {
  id: 'azure-workload-identity',
  provider: 'azure',
  title: 'Azure workload identity: tokens fetched by the proxy sidecar, calls to instance metadata',
  coverage,
  reads,
  detect: isLine,
  map,
}
