/** Log records in JSON. */
import { isJsonObject, plainOf } from './any-value.ts'
import { Attributes } from './attributes.ts'
import {
  forEachRecord,
  isObject,
  type Json,
  parseRequest,
  readAttributes,
  textIn,
  WrongField,
  wordsIn,
} from './json.ts'
import { mapLog } from './log-record.ts'
import { epochMs } from './nanoseconds.ts'
import type { Resource } from './resource.ts'
import { unreadable } from './spans.ts'
import type { TelemetryBatch } from './telemetry-batch.ts'

/** Throws NotOtlp where the text is no ExportLogsServiceRequest. */
export function readLogsJson(text: string, into: TelemetryBatch): void {
  forEachRecord(parseRequest(text), ['resourceLogs', 'scopeLogs', 'logRecords'], (record, resource) => {
    try {
      into.add(readLog(record, resource))
    } catch (error) {
      if (!(error instanceof WrongField)) throw error
      into.add(unreadable('log record', error.message))
    }
  })
}

function readLog(record: unknown, resource: Resource): ReturnType<typeof mapLog> {
  if (!isObject(record)) throw new WrongField('it is not an object')
  const attributes = new Attributes()
  readAttributes(record, attributes)
  return mapLog({
    resource,
    attributes,
    name: textIn(record, 'eventName'),
    time: timeIn(record, 'timeUnixNano') ?? timeIn(record, 'observedTimeUnixNano'),
    json: bodyOf(record['body']),
    raw: JSON.stringify(record),
  })
}

function timeIn(record: Json, key: string): number | undefined {
  const [high, low] = wordsIn(record, key)
  return high === 0 && low === 0 ? undefined : epochMs(high, low)
}

function bodyOf(body: unknown): string | undefined {
  const value = plainOf(body)
  if (typeof value === 'string') return isJsonObject(value) ? value : undefined
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? JSON.stringify(value)
    : undefined
}
