/** Which fields of the EKS Pod Identity Agent's log lines are read. */
import type { Shape } from '../connector.ts'

export const reads: Shape = {
  time: true,
  msg: true,
  'client-addr': true,
  'cluster-name': true,
  'bind-addr': true,
  podUID: true,
  /** `renewal-thread` where the agent renews what it keeps for a pod. */
  from: true,
  fetched_role_arn: true,
  fetched_role_id: true,
  request_time_ms: true,
  'request-id': true,
  /** Where several places can have credentials for a pod: which one gave them, and until when. */
  delegate: true,
  expiry: true,
  expired: true,
}
