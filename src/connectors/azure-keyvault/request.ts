/** One Key Vault audit event, read from whichever of its forms it has. */
import type { Fault } from '../../events/event.ts'
import { faultOf } from '../../events/fault.ts'
import { type Rejection, reject } from '../../events/rejection.ts'
import { parseInstant } from '../../events/time.ts'
import { type Caller, callerOf } from '../azure-claims.ts'
import { lastSegment, resourceKey } from '../azure-resources.ts'
import type { JsonObject, JsonValue } from '../connector.ts'
import { number, object, text } from '../fields.ts'
import { fingerprint } from '../fingerprint.ts'
import { type CallOutcome, callOutcome } from '../http-outcome.ts'
import { type Cause, challenge, forbiddenCauses, statusNames, unauthenticatedCauses } from './codes.ts'

export interface Request {
  readonly id: string
  /** Epoch ms. */
  readonly time: number
  /** `SecretGet`, `KeySign`, `VaultGet`. */
  readonly operation: string
  readonly httpStatus: number
  readonly result: CallOutcome
  readonly fault: Fault | undefined
  /** `undefined`: the record names nobody. */
  readonly caller: Caller | undefined
  readonly tenant: string
  /** Resource id of the vault. */
  readonly resource: string
  readonly vault: string
  /** URI of the key, secret or certificate; empty where the operation has none. */
  readonly objectUri: string
  readonly correlationId: string | undefined
}

const missingOperation = reject('missing_field', 'operationName: expected the Key Vault operation')
const missingTime = reject('missing_field', 'time: expected the RFC 3339 time of the request')
const invalidTime = reject('invalid_field', 'time is not an RFC 3339 time')
const missingStatus = reject('missing_field', 'properties.httpStatusCode: expected the HTTP status')
const challenged = reject('not_relevant', 'a request without a token, answered with where to get one')

export function readRequest(record: JsonObject): Request | Rejection {
  const operation = text(record['operationName'])
  if (operation === undefined) return missingOperation
  const written = text(record['time']) ?? text(record['timeGenerated'])
  if (written === undefined) return missingTime
  const time = parseInstant(written)
  if (Number.isNaN(time)) return invalidTime
  const httpStatus = statusOf(record)
  if (httpStatus === undefined) return missingStatus
  const claims = object(object(record['identity'])?.['claim'])
  const caller = claims === undefined ? undefined : callerOf(claims)
  const description = text(record['resultDescription']) ?? ''
  const isExplained = description !== '' && !description.startsWith(challenge)
  if (httpStatus === 401 && caller === undefined && !isExplained) return challenged
  const resource = resourceKey(text(record['resourceId']) ?? text(record['_resourceId']) ?? '')
  const cause = causeOf(httpStatus, description, fieldOf(record, 'isAddressAuthorized'))
  const result = cause?.outcome ?? callOutcome(httpStatus)
  return {
    id: idOf(record, written, time, caller),
    time,
    operation,
    httpStatus,
    result,
    fault: cause?.fault ?? (result.reason === undefined ? undefined : faultOf[result.reason]),
    caller,
    tenant: caller?.tenant || tenantOf(record),
    resource,
    vault: lastSegment(resource),
    objectUri: text(fieldOf(record, 'id')) ?? text(fieldOf(record, 'requestUri')) ?? '',
    correlationId: text(record['correlationId']),
  }
}

/** In diagnostic records below `properties`, in Log Analytics a column. */
function fieldOf(record: JsonObject, name: string): JsonValue | undefined {
  return object(record['properties'])?.[name] ?? record[name]
}

/** `TenantId` of a Log Analytics row is the workspace. */
function tenantOf(record: JsonObject): string {
  return record['timeGenerated'] === undefined ? (text(record['tenantId']) ?? '') : ''
}

/** `resultType` is `Success` whatever the answer was, so it is not looked at. */
function statusOf(record: JsonObject): number | undefined {
  const status = number(fieldOf(record, 'httpStatusCode'))
  if (status !== undefined) return status
  const name = text(record['resultSignature'])
  return name === undefined ? undefined : statusNames.get(name.toLowerCase().replaceAll(' ', ''))
}

function causeOf(
  httpStatus: number,
  description: string,
  addressAuthorized: JsonValue | undefined,
): Cause | undefined {
  if (httpStatus === 401) return unauthenticatedCauses.find((cause) => description.includes(cause.text))
  if (httpStatus !== 403) return undefined
  if (addressAuthorized === false) return forbiddenCauses[0]
  return forbiddenCauses.find((cause) => description.includes(cause.text))
}

/** The log gives its events no id: the same event, delivered again, says the same. */
function idOf(record: JsonObject, written: string, time: number, caller: Caller | undefined): string {
  const uri = text(fieldOf(record, 'requestUri')) ?? `${record['_resourceId']}|${fieldOf(record, 'id')}`
  const status = fieldOf(record, 'httpStatusCode') ?? record['resultSignature']
  const who = `${caller?.id}|${record['callerIpAddress']}|${record['correlationId']}`
  const said = `${written}|${record['operationName']}|${uri}|${status}|${who}|${record['durationMs']}`
  return `azure-keyvault:${time}:${fingerprint(said)}`
}
