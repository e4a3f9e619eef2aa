/** One audit event, the same from a line of text, from flat JSON, or from Log4j's JSON layout. */
import { type Rejection, reject } from '../../events/rejection.ts'
import { parseInstant } from '../../events/time.ts'
import type { JsonObject } from '../connector.ts'
import { number, object, text } from '../fields.ts'
import { fingerprint } from '../fingerprint.ts'
import { keyValues } from '../key-values.ts'
import { auditKeys } from './schema.ts'

/** Absent and empty are the same: PingFederate writes all fields of its pattern. */
export type Fields = Readonly<Record<string, string | undefined>>

export interface Entry {
  /** Of the event, without suffix. */
  readonly id: string
  /** Epoch ms. */
  readonly time: number
  readonly fields: Fields
}

const wanted: ReadonlySet<string> = new Set(auditKeys)
const marker = 'trackingid="'

/** The line of text that a shipper put into a record. */
function lineOf(record: JsonObject): string | undefined {
  const line = text(record['message']) ?? text(record['log'])
  return line?.includes(marker) === true && line.includes(' event="') ? line : undefined
}

function isAudit(fields: JsonObject | undefined): fields is JsonObject {
  return text(fields?.['trackingid']) !== undefined && text(fields?.['event']) !== undefined
}

export function isAuditRecord(record: JsonObject): boolean {
  return isAudit(record) || isAudit(object(record['contextMap'])) || lineOf(record) !== undefined
}

/** `2026-03-02 08:00:00,123`: Log4j writes a comma, and no zone. */
function parseLogTime(written: string): number {
  if (written.charCodeAt(19) !== 44) return parseInstant(written)
  return parseInstant(`${written.slice(0, 19)}.${written.slice(20)}`)
}

const lineTimeLength = '2026-03-02 08:00:00,123'.length

/** Epoch ms from one of the places where layouts put it; undefined where there is none. */
function timeOf(record: JsonObject): number | undefined {
  const written = text(record['@timestamp']) ?? text(record['timestamp'])
  if (written !== undefined) return parseLogTime(written)
  const instant = object(record['instant'])
  const seconds = number(instant?.['epochSecond'])
  if (seconds !== undefined)
    return seconds * 1000 + Math.floor((number(instant?.['nanoOfSecond']) ?? 0) / 1_000_000)
  return number(record['timeMillis']) ?? number(record['timestamp'])
}

function plain(fields: JsonObject): Fields {
  const values: Record<string, string | undefined> = {}
  for (const key of auditKeys) {
    const value = fields[key]
    values[key] = typeof value === 'number' ? String(value) : text(value)
  }
  return values
}

function unquoted(line: string): Fields {
  const values: Record<string, string | undefined> = {}
  for (const [key, value] of Object.entries(keyValues(line, wanted))) values[key] = text(value)
  return values
}

const noTime = reject(
  'missing_field',
  '@timestamp (or timestamp, instant, timeMillis) is missing: expected a time',
)
const badTime = reject('invalid_field', 'the time of the event is neither RFC 3339 nor as Log4j writes it')
const noEvent = reject('missing_field', 'event is missing: expected e.g. OAuth')

export function readEntry(record: JsonObject): Entry | Rejection {
  const line = lineOf(record)
  const context = object(record['contextMap'])
  const fields = line === undefined ? plain(isAudit(context) ? context : record) : unquoted(line)
  if (fields['event'] === undefined) return noEvent
  // The time at the beginning of a line is the event's; what the shipper adds is when it read it.
  const time = line === undefined ? timeOf(record) : parseLogTime(line.slice(0, lineTimeLength))
  if (time === undefined) return noTime
  if (!Number.isSafeInteger(time)) return badTime
  return { id: `pingfederate:${idOf(fields, time)}`, time, fields }
}

/** A tracking id is a session's: several events share it, and their transaction. */
function idOf(fields: Fields, time: number): string {
  const { trackingid, transactionid = '', event, connectionid = '', granttype = '', status = '' } = fields
  const rest = fingerprint(`${transactionid} ${connectionid} ${granttype} ${status} ${fields['atjti'] ?? ''}`)
  return `${trackingid}:${event}:${time}:${rest}`
}
