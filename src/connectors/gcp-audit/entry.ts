/** What every mapping needs from a Cloud Audit Logs entry. */
import { type Rejection, reject } from '../../events/rejection.ts'
import { parseInstant } from '../../events/time.ts'
import type { JsonObject } from '../connector.ts'
import { number, object, text } from '../fields.ts'

export interface Entry {
  /** Of the event, without suffix: insertId is unique only together with time and log. */
  readonly id: string
  /** Epoch ms. */
  readonly time: number
  /** Project id; empty for entries of folders and organisations. */
  readonly project: string
  readonly logName: string
  /** As written: `SetIamPolicy` or `google.iam.admin.v1.SetIAMPolicy`. */
  readonly method: string
  /** The last part of the method, in lower case. */
  readonly action: string
  /** `storage.googleapis.com` */
  readonly service: string
  readonly resource: string
  readonly labels: JsonObject | undefined
  readonly payload: JsonObject
  readonly caller: JsonObject | undefined
  /** gRPC code as written; empty for OK, which is written as 0, as `{}` or not at all. */
  readonly code: string
}

const projectsPrefix = 'projects/'

function projectOf(labels: JsonObject | undefined, logName: string): string {
  const labelled = text(labels?.['project_id'])
  if (labelled !== undefined) return labelled
  if (!logName.startsWith(projectsPrefix)) return ''
  return logName.slice(projectsPrefix.length, logName.indexOf('/', projectsPrefix.length))
}

function missing(field: string, expected: string): Rejection {
  return reject('missing_field', `${field} is missing: expected ${expected}`)
}

export function readEntry(record: JsonObject): Entry | Rejection {
  const payload = object(record['protoPayload'])
  const method = text(payload?.['methodName'])
  if (payload === undefined || method === undefined)
    return missing('protoPayload.methodName', 'e.g. google.iam.admin.v1.CreateServiceAccount')
  const insertId = text(record['insertId'])
  if (insertId === undefined) return missing('insertId', 'the id of the log entry')
  const logName = text(record['logName'])
  if (logName === undefined)
    return missing('logName', 'e.g. projects/<id>/logs/cloudaudit.googleapis.com%2Factivity')
  const timestamp = text(record['timestamp'])
  if (timestamp === undefined) return missing('timestamp', 'an RFC 3339 time')
  const time = parseInstant(timestamp)
  if (Number.isNaN(time)) return reject('invalid_field', 'timestamp is not an RFC 3339 time')
  const written = object(payload['status'])?.['code']
  const code = number(written)
  if (code === undefined && written !== undefined && written !== null)
    return reject('invalid_field', 'protoPayload.status.code is not a number: expected a gRPC code (0 to 16)')
  const labels = object(object(record['resource'])?.['labels'])
  return {
    id: `gcp-audit:${insertId}:${timestamp}:${logName}`,
    time,
    project: projectOf(labels, logName),
    logName,
    method,
    action: method.slice(method.lastIndexOf('.') + 1).toLowerCase(),
    service: text(payload['serviceName']) ?? '',
    resource: text(payload['resourceName']) ?? '',
    labels,
    payload,
    caller: object(payload['authenticationInfo']),
    code: code === undefined || code === 0 ? '' : String(code),
  }
}

/** Only the last record of a long operation tells how it ended; one that failed at once has no last record. */
export function isUnfinished(record: JsonObject, entry: Entry): boolean {
  const operation = object(record['operation'])
  return operation?.['first'] === true && operation['last'] !== true && entry.code === ''
}
