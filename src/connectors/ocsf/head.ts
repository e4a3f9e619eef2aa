/** What every OCSF event has: its class, activity, time and id. */
import { type Rejection, reject } from '../../events/rejection.ts'
import { parseInstant } from '../../events/time.ts'
import type { JsonObject, JsonValue } from '../connector.ts'
import { number, object, text } from '../fields.ts'
import { fingerprint } from '../fingerprint.ts'
import { placeholders } from './codes.ts'

export interface Head {
  /** Of the first event, without suffix. */
  readonly id: string
  readonly classUid: number
  /** 0 where the record does not say. */
  readonly activity: number
  readonly time: number
}

const missingTime = reject('missing_field', 'time: expected when it happened, in ms since 1970')
const invalidTime = reject('invalid_field', 'time is not a time in ms since 1970')

/**
 * Epoch ms. OCSF says milliseconds; mappings in use also write seconds and microseconds, which no record of these
 * decades can be mistaken for.
 */
export function epochMs(value: JsonValue | undefined): number | undefined {
  const written = number(value)
  if (written === undefined || written <= 0 || written >= 1e20) return undefined
  if (written < 1e11) return Math.round(written * 1000)
  if (written < 1e14) return Math.trunc(written)
  return Math.trunc(written < 1e17 ? written / 1e3 : written / 1e6)
}

/** `undefined` where neither form of an instant is there or can be read. */
export function instantOf(value: JsonValue | undefined, written: JsonValue | undefined): number | undefined {
  const instant = epochMs(value)
  if (instant !== undefined) return instant
  const parsed = parseInstant(text(written) ?? '')
  return Number.isNaN(parsed) ? undefined : parsed
}

/** A text that says something: not empty, `-` or `NULL SID`. */
export function meaningful(value: JsonValue | undefined): string | undefined {
  const written = text(value)
  return written === undefined || placeholders.has(written) ? undefined : written
}

/** Not every source gives its events an id: what they say has to tell them apart then. */
function idOf(record: JsonObject, time: number): string {
  const metadata = object(record['metadata'])
  const uid = meaningful(metadata?.['uid'])
  if (uid !== undefined) return `ocsf:${uid}`
  const actor = object(object(record['actor'])?.['user'])
  const user = object(record['user'])
  const api = object(record['api'])
  const who = `${text(actor?.['uid'])}|${text(actor?.['name'])}|${text(user?.['uid'])}|${text(user?.['name'])}`
  const request = `${text(api?.['operation'])}|${text(object(api?.['request'])?.['uid'])}`
  const product = text(object(metadata?.['product'])?.['name'])
  return `ocsf:${fingerprint(`${time}|${number(record['type_uid'])}|${who}|${request}|${product}`)}`
}

export function readHead(record: JsonObject): Head | Rejection {
  const typeUid = number(record['type_uid'])
  const classUid = number(record['class_uid']) ?? Math.floor((typeUid ?? 0) / 100)
  const time = instantOf(record['time'], record['time_dt'])
  if (time === undefined) return record['time'] === undefined ? missingTime : invalidTime
  const activity = number(record['activity_id']) ?? (typeUid ?? 0) % 100
  return { id: idOf(record, time), classUid, activity, time }
}
