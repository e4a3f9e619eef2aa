/** One tenant log, whichever wrapper it came in. */
import type { Identity } from '../../events/event.ts'
import { type Rejection, reject } from '../../events/rejection.ts'
import { parseInstant } from '../../events/time.ts'
import type { JsonObject } from '../connector.ts'
import { object, text } from '../fields.ts'

export interface Entry {
  /** Of the event, without suffix. */
  readonly id: string
  /** Epoch ms. */
  readonly time: number
  readonly type: string
  readonly tenant: string
  readonly log: JsonObject
  readonly details: JsonObject | undefined
  readonly operationId: string | undefined
}

/** Inside a wrapper, type and date are enough to know a log by; an id that is missing can then be said to be. */
function isLog(wrapped: JsonObject): boolean {
  return text(wrapped['type']) !== undefined && text(wrapped['date']) !== undefined
}

/** The log itself: streams wrap it, the Management API does not. */
export function logOf(record: JsonObject): JsonObject | undefined {
  const data = object(record['data'])
  if (data === undefined) return text(record['log_id']) === undefined ? undefined : record
  const inner = object(data['data'])
  if (inner !== undefined && isLog(inner)) return inner
  return isLog(data) || text(record['log_id']) !== undefined ? data : undefined
}

function idOf(record: JsonObject, log: JsonObject): string | undefined {
  return text(log['log_id']) ?? text(record['log_id']) ?? text(object(record['data'])?.['log_id'])
}

const noId = reject('missing_field', 'log_id is missing: expected the id of the log')
const noTime = reject('missing_field', 'date is missing: expected an RFC 3339 time')
const badTime = reject('invalid_field', 'date is not an RFC 3339 time')

export function readEntry(record: JsonObject, log: JsonObject, type: string): Entry | Rejection {
  const id = idOf(record, log)
  if (id === undefined) return noId
  const date = text(log['date'])
  if (date === undefined) return noTime
  const time = parseInstant(date)
  if (Number.isNaN(time)) return badTime
  return {
    id: `auth0:${id}`,
    time,
    type,
    tenant: text(log['tenant_name']) ?? '',
    log,
    details: object(log['details']),
    operationId: text(object(log['references'])?.['correlation_id']),
  }
}

export function clientIdentity(id: string, name: string | undefined, tenant: string): Identity {
  return { id, name: name?.includes('@') === true ? undefined : name, type: 'service-principal', tenant }
}

export function personIdentity(id: string | undefined, tenant: string): Identity {
  return { id: id ?? 'unknown', type: 'user', tenant }
}

/** What Auth0 appends to a client's id where a user's id is expected. */
const machineSuffix = '@clients'

/**
 * Who called the Management API. A person who works in the dashboard does so through a client, so the person goes first; a
 * client that calls for itself has no user, or is one named after itself.
 */
export function callerOf(entry: Entry): Identity | undefined {
  const auth = object(object(entry.details?.['request'])?.['auth'])
  const userId = text(entry.log['user_id']) ?? text(object(auth?.['user'])?.['user_id'])
  if (userId !== undefined && !userId.endsWith(machineSuffix)) return personIdentity(userId, entry.tenant)
  const id = text(entry.log['client_id']) ?? userId?.slice(0, -machineSuffix.length)
  return id === undefined ? undefined : clientIdentity(id, text(entry.log['client_name']), entry.tenant)
}
