/** One Keycloak event, the same from a log line, an event listener or the REST API. */
import { type Rejection, reject } from '../../events/rejection.ts'
import { parseInstant } from '../../events/time.ts'
import type { JsonObject, JsonValue } from '../connector.ts'
import { number, object, text } from '../fields.ts'
import { fingerprint } from '../fingerprint.ts'
import { keyValues } from '../key-values.ts'
import { detailKeys } from './schema.ts'

/** Values by the names that Keycloak gives them in its log; absent ones are absent, not `null`. */
export type Fields = Readonly<Record<string, string | undefined>>

export interface Entry {
  /** Of the event, without suffix. */
  readonly id: string
  /** Epoch ms. */
  readonly time: number
  /** The realm's name, else its id; empty where only the administrator's own realm is named. */
  readonly realm: string
  readonly fields: Fields
  /** What an admin event created or changed, where it says so: an object, or a list of roles. */
  readonly representation: JsonValue | undefined
}

const logger = 'org.keycloak.events'

const eventKeys = [
  'type',
  'operationType',
  'realmId',
  'realmName',
  'clientId',
  'userId',
  'error',
  'resourceType',
  'resourcePath',
] as const

const wanted: ReadonlySet<string> = new Set([...eventKeys, ...detailKeys])

function loggerOf(record: JsonObject): string | undefined {
  return text(record['log.logger']) ?? text(record['loggerName'])
}

function sequenceOf(record: JsonObject): number | undefined {
  return number(record['event.sequence']) ?? number(record['sequence'])
}

/** Whichever logger wrote it: the server's whole log comes along, and its log manager numbers the lines. */
export function isLogLine(record: JsonObject): boolean {
  const name = loggerOf(record)
  return name === logger || (name !== undefined && sequenceOf(record) !== undefined)
}

const otherLine = reject('not_relevant', 'a line of the server about something else than events')

/** Keycloak writes what it does not know as the text `null`. */
function known(value: JsonValue | undefined): string | undefined {
  const written = text(value)
  return written === 'null' ? undefined : written
}

/** An admin event in the log names the realm of who made the change, and not the one that was changed. */
function realmOf({ realmName, realmId, operationType, type }: Fields): string {
  return operationType !== undefined && type === undefined ? '' : (realmName ?? realmId ?? '')
}

function readLine(record: JsonObject): Entry | Rejection {
  if (loggerOf(record) !== logger) return otherLine
  const message = text(record['message'])
  if (message === undefined)
    return reject('missing_field', 'message is missing: expected the event as type="…", realmId="…", …')
  const written = text(record['@timestamp']) ?? text(record['timestamp'])
  if (written === undefined)
    return reject('missing_field', '@timestamp (or timestamp) is missing: expected an RFC 3339 time')
  const time = parseInstant(written)
  if (Number.isNaN(time)) return reject('invalid_field', '@timestamp is not an RFC 3339 time')
  const values = keyValues(message, wanted)
  const fields: Record<string, string | undefined> = {}
  for (const key in values) fields[key] = known(values[key])
  return {
    id: `keycloak:${written}:${sequenceOf(record) ?? fingerprint(message)}`,
    time,
    realm: realmOf(fields),
    fields,
    representation: undefined,
  }
}

/** Who did it stands in `authDetails` of admin events, and in the event itself otherwise. */
function readObject(record: JsonObject): Entry | Rejection {
  const time = number(record['time'])
  if (time === undefined) return reject('missing_field', 'time is missing: expected milliseconds since 1970')
  if (!Number.isSafeInteger(time) || time < 0)
    return reject('invalid_field', 'time is not a whole number of milliseconds since 1970')
  const details = object(record['details'])
  const caller = object(record['authDetails'])
  const fields: Record<string, string | undefined> = {}
  for (const key of eventKeys) fields[key] = known(record[key]) ?? known(caller?.[key])
  for (const key of detailKeys) fields[key] = known(details?.[key])
  const id = text(record['id']) ?? `${time}:${fingerprint(Object.values(fields).join('\n'))}`
  return {
    id: `keycloak:${id}`,
    time,
    realm: fields['realmName'] ?? fields['realmId'] ?? '',
    fields,
    representation: record['representation'],
  }
}

export function readEntry(record: JsonObject): Entry | Rejection {
  return isLogLine(record) ? readLine(record) : readObject(record)
}
