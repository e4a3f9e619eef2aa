/** One line of the agent's log: when, for which pod of which cluster, and what about. */
import type { Identity, Workload } from '../../events/event.ts'
import { type Rejection, reject } from '../../events/rejection.ts'
import { parseInstant } from '../../events/time.ts'
import { parseSessionArn } from '../aws-cloudtrail/arns.ts'
import { roleIdentity } from '../aws-cloudtrail/callers.ts'
import type { JsonObject } from '../connector.ts'
import { text } from '../fields.ts'
import { fingerprint } from '../fingerprint.ts'
import { type LineKind, lineKinds } from './codes.ts'

export interface Line {
  readonly record: JsonObject
  /** Of the first event, without suffix. */
  readonly id: string
  readonly time: number
  readonly message: string
  readonly kind: LineKind
  /** The agent asks again for what a pod has already. */
  readonly isRenewal: boolean
  readonly workload: Workload | undefined
}

const missingMessage = reject('missing_field', 'msg is missing: expected what the agent says')
const missingTime = reject('missing_field', 'time is missing: expected an RFC 3339 time')
const invalidTime = reject('invalid_field', 'time is not an RFC 3339 time')

function kindOf(message: string): LineKind {
  for (const [beginning, kind] of lineKinds) if (message.startsWith(beginning)) return kind
  return 'other'
}

/** The pod's uid, which newer agents log; else its address, without the port of the connection. */
function podOf(record: JsonObject): Workload | undefined {
  const uid = text(record['podUID'])
  if (uid !== undefined) return { kind: 'pod', name: uid }
  const address = text(record['client-addr']) ?? ''
  const port = address.lastIndexOf(':')
  const host = port < 0 ? address : address.slice(0, port)
  return host === '' ? undefined : { kind: 'pod', name: host }
}

/** Lines have no id. The port of the connection and the session of the role tell lines of one second apart. */
function idOf(record: JsonObject, written: string, message: string): string {
  const who = `${record['client-addr']}|${record['podUID']}|${record['cluster-name']}`
  const what = `${record['fetched_role_id']}|${record['request_time_ms']}|${record['expiry']}`
  return `eks-pod-identity-agent:${fingerprint(`${written}|${who}|${what}|${message}`)}`
}

export function readLine(record: JsonObject): Line | Rejection {
  const message = text(record['msg'])
  if (message === undefined) return missingMessage
  const written = text(record['time'])
  if (written === undefined) return missingTime
  const time = parseInstant(written)
  if (Number.isNaN(time)) return invalidTime
  return {
    record,
    id: idOf(record, written, message),
    time,
    message,
    kind: kindOf(message),
    isRenewal: record['from'] === 'renewal-thread',
    workload: podOf(record),
  }
}

/** The role that was given. A line without one names nobody: the cluster stands for its pods then. */
export function identityOf(line: Line): Identity {
  const arn = text(line.record['fetched_role_arn'])
  const session = arn === undefined ? undefined : parseSessionArn(arn)
  if (session !== undefined) return roleIdentity(session.roleArn, false)
  const cluster = text(line.record['cluster-name'])
  if (cluster === undefined) return { id: 'unknown', type: 'unknown', tenant: '' }
  return { id: `eks-cluster:${cluster}`, name: cluster, type: 'unknown', tenant: '' }
}
