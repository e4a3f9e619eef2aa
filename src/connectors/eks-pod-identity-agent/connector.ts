/** EKS Pod Identity Agent: credentials of roles for pods, as the agent on the node fetched and served them. */
import type { Connector, JsonObject } from '../connector.ts'
import { unmarkedLines } from './codes.ts'
import { coverage } from './coverage.ts'
import { map } from './mapping.ts'
import { reads } from './schema.ts'

function detect(record: JsonObject): boolean {
  const message = record['msg']
  if (typeof message !== 'string') return false
  if (record['client-addr'] !== undefined || record['cluster-name'] !== undefined) return true
  if (record['bind-addr'] !== undefined) return true
  return unmarkedLines.some((beginning) => message.startsWith(beginning))
}

export const eksPodIdentityAgent: Connector = {
  id: 'eks-pod-identity-agent',
  provider: 'aws',
  title: 'EKS Pod Identity Agent: credentials fetched from EKS Auth, calls of pods to the agent',
  coverage,
  reads,
  detect,
  map,
}
