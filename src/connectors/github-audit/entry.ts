/** What every audit log event has: id, time, where it happened. */
import { type Rejection, reject } from '../../events/rejection.ts'
import { parseInstant } from '../../events/time.ts'
import type { JsonObject, JsonValue } from '../connector.ts'
import { text } from '../fields.ts'

export interface Entry {
  /** Of the event, without suffix. */
  readonly id: string
  /** Epoch ms. */
  readonly time: number
  /** The organisation, else the enterprise. */
  readonly tenant: string
  /** `org/name` */
  readonly repository: string | undefined
  readonly record: JsonObject
}

const noId = reject('missing_field', '_document_id is missing: expected the id of the event')
const noTime = reject(
  'missing_field',
  '@timestamp (or created_at) is missing: expected milliseconds or a time',
)
const badTime = reject('invalid_field', '@timestamp is neither milliseconds since 1970 nor a time')

/** GitHub writes milliseconds; collectors rewrite them as texts. */
function instantOf(value: JsonValue | undefined): number | undefined {
  if (typeof value === 'number') return value
  const written = text(value)
  return written === undefined ? undefined : parseInstant(written)
}

export function readEntry(record: JsonObject): Entry | Rejection {
  const id = text(record['_document_id'])
  if (id === undefined) return noId
  const time =
    instantOf(record['@timestamp']) ??
    instantOf(record['created_at']) ??
    instantOf(record['at_sign_timestamp'])
  if (time === undefined) return noTime
  if (!Number.isSafeInteger(time)) return badTime
  return {
    id: `github-audit:${id}`,
    time,
    tenant: text(record['org']) ?? text(record['business']) ?? '',
    repository: text(record['repo']) ?? text(record['repository']),
    record,
  }
}
