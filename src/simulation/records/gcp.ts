/** Google Cloud audit log entries in the key order that the Log Router writes. */
import { guidOf } from '../random.ts'

/** What a client of Google's APIs was answered; absent where all is well. */
export interface Status {
  /** google.rpc.Code */
  readonly code: number
  readonly message: string
}

type Fields = Readonly<Record<string, unknown>>

export interface Entry {
  readonly project: string
  readonly insertId: string
  /** Epoch ms. */
  readonly time: number
  readonly log: 'data_access' | 'activity'
  /** `storage.googleapis.com` */
  readonly service: string
  readonly method: string
  readonly resourceName: string
  readonly permission: string
  readonly caller: Fields
  readonly resource: { readonly type: string; readonly labels: Fields }
  readonly status?: Status | undefined
  readonly request?: Fields | undefined
  readonly metadata?: Fields | undefined
  readonly serviceData?: Fields | undefined
}

function instant(time: number): string {
  return `${new Date(time).toISOString().slice(0, 23)}104Z`
}

export function entryRecord(entry: Entry): string {
  const { project, time, status } = entry
  return JSON.stringify({
    insertId: entry.insertId,
    logName: `projects/${project}/logs/cloudaudit.googleapis.com%2F${entry.log}`,
    protoPayload: {
      '@type': 'type.googleapis.com/google.cloud.audit.AuditLog',
      authenticationInfo: entry.caller,
      authorizationInfo: [
        { granted: status === undefined, permission: entry.permission, resource: entry.resourceName },
      ],
      ...(entry.metadata && { metadata: entry.metadata }),
      methodName: entry.method,
      ...(entry.request && { request: entry.request }),
      requestMetadata: {
        callerIp: '192.0.2.90',
        callerSuppliedUserAgent: 'grpc-go/1.66.0 google-api-go-client/0.5',
        destinationAttributes: {},
        requestAttributes: { auth: {}, time: instant(time) },
      },
      resourceName: entry.resourceName,
      ...(entry.serviceData && { serviceData: entry.serviceData }),
      serviceName: entry.service,
      status: status ?? {},
    },
    receiveTimestamp: instant(time + 900),
    resource: { labels: { ...entry.resource.labels, project_id: project }, type: entry.resource.type },
    severity: status === undefined ? (entry.log === 'activity' ? 'NOTICE' : 'INFO') : 'ERROR',
    timestamp: instant(time),
  })
}

/** The number that belongs to a name: Google knows projects and accounts by them. */
export function numberOf(name: string): string {
  return `1${Number.parseInt(guidOf(name).slice(0, 8), 16)}`
}
