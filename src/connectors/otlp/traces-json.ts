/** Spans in JSON. */
import { Attributes } from './attributes.ts'
import {
  enumIn,
  forEachRecord,
  isObject,
  type Json,
  parseRequest,
  readAttributes,
  textIn,
  WrongField,
  wordsIn,
} from './json.ts'
import { isLibraryName } from './library.ts'
import { epochMs } from './nanoseconds.ts'
import type { Resource } from './resource.ts'
import { Span } from './span.ts'
import { mapSpan, unreadable } from './spans.ts'
import type { TelemetryBatch } from './telemetry-batch.ts'

const kinds = ['UNSPECIFIED', 'INTERNAL', 'SERVER', 'CLIENT', 'PRODUCER', 'CONSUMER'].map(
  (kind) => `SPAN_KIND_${kind}`,
)
const statuses = ['STATUS_CODE_UNSET', 'STATUS_CODE_OK', 'STATUS_CODE_ERROR']

/** Throws NotOtlp where the text is no ExportTraceServiceRequest. */
export function readTracesJson(text: string, into: TelemetryBatch): void {
  forEachRecord(parseRequest(text), ['resourceSpans', 'scopeSpans', 'spans'], (record, resource, scope) => {
    try {
      into.add(mapSpan(spanOf(record, resource, scope)))
    } catch (error) {
      if (!(error instanceof WrongField)) throw error
      into.add(unreadable('span', error.message))
    }
  })
}

function spanOf(record: unknown, resource: Resource, scope: string): Span {
  if (!isObject(record)) throw new WrongField('it is not an object')
  const span = new Span(resource)
  span.scope = scope
  span.name = textIn(record, 'name')
  span.kind = enumIn(record, 'kind', kinds)
  span.traceState = textIn(record, 'traceState')
  span.setIds(hexIn(record, 'traceId'), hexIn(record, 'spanId'))
  const [startHigh, startLow] = wordsIn(record, 'startTimeUnixNano')
  const [endHigh, endLow] = wordsIn(record, 'endTimeUnixNano')
  Object.assign(span, { startHigh, startLow, endHigh, endLow })
  readAttributes(record, span.attributes)
  const { status, events } = record
  if (isObject(status)) {
    span.status = enumIn(status, 'code', statuses)
    span.statusMessage = textIn(status, 'message')
  }
  if (events !== undefined && events !== null && !Array.isArray(events))
    throw new WrongField('events is not a list')
  for (const event of events ?? []) readEvent(event, span)
  return span
}

function readEvent(event: unknown, span: Span): void {
  if (!isObject(event)) throw new WrongField('an event is not an object')
  const name = textIn(event, 'name')
  if (name !== 'exception' && !isLibraryName(name)) return
  const attributes = new Attributes()
  readAttributes(event, attributes)
  const [high, low] = wordsIn(event, 'timeUnixNano')
  span.events.push({ name, time: high === 0 && low === 0 ? undefined : epochMs(high, low), attributes })
}

/** Ids are hexadecimal here, unlike other bytes in protobuf's JSON; what is not reads as missing. */
function hexIn(record: Json, key: string): string {
  const text = textIn(record, key)
  return /^[0-9a-fA-F]*$/.test(text) ? text.toLowerCase() : ''
}
