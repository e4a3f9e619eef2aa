/** What providers and transports wrap around records, and how each is taken off. */
import type { JsonObject } from './connector.ts'
import { object, text } from './fields.ts'
import type { EnvelopeKeys } from './reading/shape-node.ts'

/**
 * Arrays that hold records: Event Hubs and Azure diagnostics (`records`), CloudTrail files (`Records`; keys match in any letter case), Kubernetes
 * lists (`items`), Microsoft Graph (`value`), CloudWatch Logs (`logEvents`).
 * Wrappers around one: EventBridge (`detail`), CloudWatch Logs (`message`), collectors of containers' output (`log`,
 * `log_processed`, or `message` again), ours with arrival times (`record`).
 */
export const envelopeKeys: EnvelopeKeys = {
  arrays: ['records', 'items', 'value', 'logEvents'],
  wrappers: ['detail', 'message', 'log', 'log_processed', 'record'],
}

/**
 * Fields of envelopes that are read besides the records in them. `data` is base64 text here; where it is an object it belongs to a
 * connector, whose shape says what is read of it.
 */
export const envelopeShape = {
  arrival: true,
  'detail-type': true,
  data: {},
  awslogs: { data: true },
} as const

export interface Unwrapped {
  readonly record: JsonObject
  /** RFC 3339, where an arrival envelope says when the record arrived. */
  readonly arrival: string | undefined
  /** Base64 of more records: Pub/Sub, Firehose, CloudWatch Logs subscription (gzip inside). */
  readonly encoded: string | undefined
}

/** Takes off the wrappers of one record; the order is from the outside in. */
export function unwrap(outer: JsonObject): Unwrapped {
  let record = outer
  const held = text(record['arrival']) === undefined ? undefined : object(record['record'])
  const arrival = held === undefined ? undefined : text(record['arrival'])
  if (held !== undefined) record = held
  if (text(record['detail-type']) !== undefined) record = object(record['detail']) ?? record
  const line = object(record['message']) ?? object(record['log_processed']) ?? object(record['log'])
  if (line !== undefined) record = line
  const encoded = text(record['data']) ?? text(object(record['awslogs'])?.['data'])
  return { record, arrival, encoded }
}
