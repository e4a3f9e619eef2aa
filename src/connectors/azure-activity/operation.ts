/** One activity log record, read from whichever of its forms it has. */
import { type Rejection, reject } from '../../events/rejection.ts'
import { parseInstant } from '../../events/time.ts'
import { type Caller, callerOf } from '../azure-claims.ts'
import { resourceKey } from '../azure-resources.ts'
import type { JsonObject, JsonValue } from '../connector.ts'
import { number, object, text } from '../fields.ts'
import { fingerprint } from '../fingerprint.ts'
import { httpStatuses, stages } from './codes.ts'

export interface Operation {
  readonly id: string
  /** Epoch ms. */
  readonly time: number
  /** As written: `Microsoft.Storage/storageAccounts/write`. */
  readonly name: string
  readonly succeeded: boolean
  readonly httpStatus: number | undefined
  /** On failures: the error code, else the status, as written. */
  readonly code: string
  readonly resource: string
  readonly tenant: string
  readonly caller: Caller | undefined
  readonly claims: JsonObject | undefined
  readonly properties: JsonObject | undefined
  readonly operationId: string | undefined
  readonly clientRequestId: string | undefined
}

/** Older diagnostic records have the kind of action in place of the category. */
export const administrativeCategories: ReadonlySet<string> = new Set([
  'Administrative',
  'Action',
  'Delete',
  'Write',
])

const otherCategory = reject('not_relevant', 'an activity log category other than Administrative')
const missingOperation = reject('missing_field', 'operationName: expected Provider/type/action')
const missingStatus = reject('missing_field', 'resultType: expected the status of the operation')
const invalidStatus = reject(
  'invalid_field',
  'resultType: expected Start, Accept, Success, Failure or their like',
)
const pending = reject('not_terminal', 'the operation has only begun: its last record counts')
const missingTime = reject('missing_field', 'time: expected the RFC 3339 time of the event')
const invalidTime = reject('invalid_field', 'time is not an RFC 3339 time')
const missingId = reject('missing_field', 'eventDataId: expected it, or correlationId')

/** The REST form wraps values that come from a list: `{"value": "Succeeded", "localizedValue": "…"}`. */
export function enumerated(value: JsonValue | undefined): string | undefined {
  return text(value) ?? text(object(value)?.['value'])
}

export function readOperation(record: JsonObject): Operation | Rejection {
  const category = enumerated(record['category']) ?? text(record['categoryValue'])
  if (category === undefined || !administrativeCategories.has(category)) return otherCategory
  const name = enumerated(record['operationName']) ?? text(record['operationNameValue'])
  if (name === undefined) return missingOperation
  const status =
    text(record['resultType']) ?? enumerated(record['status']) ?? text(record['activityStatusValue'])
  if (status === undefined) return missingStatus
  const stage = stages.get(status.toLowerCase())
  if (stage === undefined) return invalidStatus
  if (stage === 'pending') return pending
  const written = text(record['eventTimestamp']) ?? text(record['time']) ?? text(record['timeGenerated'])
  if (written === undefined) return missingTime
  const time = parseInstant(written)
  if (Number.isNaN(time)) return invalidTime
  const resource = resourceKey(text(record['resourceId']) ?? text(record['_resourceId']) ?? '')
  const id = idOf(record, written, name, status, resource)
  if (id === undefined) return missingId
  return operationOf(record, { id, time, name, status, resource, succeeded: stage === 'succeeded' })
}

/** Diagnostic records carry no event id: what they say identifies them. */
function idOf(
  record: JsonObject,
  time: string,
  name: string,
  status: string,
  resource: string,
): string | undefined {
  const eventDataId = text(record['eventDataId'])
  if (eventDataId !== undefined) return `azure-activity:${eventDataId}`
  const correlationId = text(record['correlationId'])
  if (correlationId === undefined) return undefined
  const said = `${time}|${name.toLowerCase()}|${status.toLowerCase()}|${resource}`
  return `azure-activity:${correlationId}:${fingerprint(said)}`
}

interface Head extends Pick<Operation, 'id' | 'time' | 'name' | 'succeeded' | 'resource'> {
  readonly status: string
}

function operationOf(record: JsonObject, head: Head): Operation {
  const properties = object(record['properties_d']) ?? object(record['properties'])
  const identity = object(record['identity'])
  const claims = object(identity?.['claims']) ?? object(record['claims_d']) ?? object(record['claims'])
  const statusName = statusNameOf(record, properties)
  const caller =
    (claims === undefined ? undefined : callerOf(claims)) ?? callerWithoutClaims(record, identity)
  // TenantId of a Log Analytics row is the workspace.
  const own = record['operationNameValue'] === undefined ? text(record['tenantId']) : undefined
  return {
    id: head.id,
    time: head.time,
    name: head.name,
    succeeded: head.succeeded,
    resource: head.resource,
    httpStatus: httpStatusOf(statusName),
    code:
      text(object(object(properties?.['statusMessage'])?.['error'])?.['code']) ?? statusName ?? head.status,
    tenant: caller?.tenant || own || '',
    caller,
    claims,
    properties,
    operationId: text(record['operationId']) ?? text(record['correlationId']),
    clientRequestId: text(object(record['httpRequest'])?.['clientRequestId']),
  }
}

/** `Forbidden`, `403` or, in diagnostic records, the end of `Failed.Forbidden`. */
function statusNameOf(record: JsonObject, properties: JsonObject | undefined): string | undefined {
  const code = properties?.['statusCode']
  if (typeof code === 'number') return String(code)
  const name = text(code) ?? enumerated(record['subStatus']) ?? text(record['activitySubstatusValue'])
  // Log Analytics: `Forbidden (HTTP Status Code: 403)`.
  if (name !== undefined) return name.split(' (')[0]
  const signature = text(record['resultSignature'])
  return signature === undefined ? undefined : text(signature.slice(signature.indexOf('.') + 1))
}

function httpStatusOf(name: string | undefined): number | undefined {
  if (name === undefined) return undefined
  const numeric = number(name)
  if (numeric !== undefined) return numeric >= 100 && numeric < 600 ? numeric : undefined
  return httpStatuses.get(name.toLowerCase())
}

/** The principal of the assignment that let the caller in, if it is not a group; else the bare `caller`. */
function callerWithoutClaims(record: JsonObject, identity: JsonObject | undefined): Caller | undefined {
  const authorization =
    object(identity?.['authorization']) ??
    object(record['authorization_d']) ??
    object(record['authorization'])
  const evidence = object(authorization?.['evidence'])
  const principalId = text(evidence?.['principalId'])
  const principalType = text(evidence?.['principalType'])
  if (principalId !== undefined && (principalType === 'User' || principalType === 'ServicePrincipal'))
    return callerOfType(withHyphens(principalId), principalType === 'User')
  const caller = text(record['caller'])
  if (caller === undefined) return undefined
  // Other callers are names of the platform's own services.
  return caller.includes('@') || isGuid(caller) ? callerOfType(caller, caller.includes('@')) : undefined
}

function isGuid(id: string): boolean {
  return id.length === 36 && id[8] === '-' && id[13] === '-'
}

/** The evidence writes object ids as 32 digits, everything else with hyphens. */
function withHyphens(id: string): string {
  if (id.length !== 32 || id.includes('-')) return id
  return `${id.slice(0, 8)}-${id.slice(8, 12)}-${id.slice(12, 16)}-${id.slice(16, 20)}-${id.slice(20)}`
}

function callerOfType(id: string, isPerson: boolean): Caller {
  return { id, type: isPerson ? 'user' : 'service-principal', tenant: '', layer: 'federation' }
}
