/** Spans in protobuf: only what a mapping asks for is built. */
import { Attributes, readAttribute } from './attributes.ts'
import { type KnownResources, readGroups } from './groups-protobuf.ts'
import { isLibraryName } from './library.ts'
import { epochMs } from './nanoseconds.ts'
import type { ProtobufCursor } from './protobuf.ts'
import { Span } from './span.ts'
import { mapSpan, unreadable } from './spans.ts'
import type { TelemetryBatch } from './telemetry-batch.ts'

/** Throws Malformed where the request is no ExportTraceServiceRequest. */
export function readTraces(bytes: Uint8Array, resources: KnownResources, into: TelemetryBatch): void {
  const span = new Span(resources.none)
  readGroups(bytes, resources, {
    read: (cursor, end, resource, scope) => {
      span.clear()
      span.resource = resource
      span.scope = scope
      readSpan(cursor, end, span)
      into.add(mapSpan(span))
    },
    malformed: (why) => into.add(unreadable('span', why)),
  })
}

/** Fields by tag: `number << 3 | wire type`. */
function readSpan(cursor: ProtobufCursor, end: number, span: Span): void {
  while (cursor.next(end)) {
    switch (cursor.tag) {
      case 10: {
        const stop = cursor.length(end)
        span.setTraceIdBytes(cursor.bytes, cursor.at, stop)
        cursor.at = stop
        break
      }
      case 18: {
        const stop = cursor.length(end)
        span.setSpanIdBytes(cursor.bytes, cursor.at, stop)
        cursor.at = stop
        break
      }
      case 26:
        span.traceState = cursor.text(end)
        break
      case 42:
        span.name = cursor.text(end)
        break
      case 48:
        span.kind = cursor.word(end)
        break
      case 57:
        cursor.fixed64(end)
        span.startHigh = cursor.high
        span.startLow = cursor.low
        break
      case 65:
        cursor.fixed64(end)
        span.endHigh = cursor.high
        span.endLow = cursor.low
        break
      default:
        readRest(cursor, end, span)
    }
  }
}

/** Fields that hold messages. */
function readRest(cursor: ProtobufCursor, end: number, span: Span): void {
  const { tag } = cursor
  if (tag !== 74 && tag !== 90 && tag !== 122) {
    cursor.skip(end)
    return
  }
  const stop = cursor.length(end)
  if (tag === 74) readAttribute(cursor, stop, span.attributes)
  else if (tag === 90) readEvent(cursor, stop, span)
  else readStatus(cursor, stop, span)
  cursor.at = stop
}

function readStatus(cursor: ProtobufCursor, end: number, span: Span): void {
  while (cursor.next(end)) {
    if (cursor.tag === 18) span.statusMessage = cursor.text(end)
    else if (cursor.tag === 24) span.status = cursor.word(end)
    else cursor.skip(end)
  }
}

function readEvent(cursor: ProtobufCursor, end: number, span: Span): void {
  const attributes = new Attributes()
  let name = ''
  let time: number | undefined
  while (cursor.next(end)) {
    if (cursor.tag === 9) {
      cursor.fixed64(end)
      time = cursor.high === 0 && cursor.low === 0 ? undefined : epochMs(cursor.high, cursor.low)
    } else if (cursor.tag === 18) name = cursor.text(end)
    else if (cursor.tag === 26) {
      const stop = cursor.length(end)
      readAttribute(cursor, stop, attributes)
      cursor.at = stop
    } else cursor.skip(end)
  }
  if (name === 'exception' || isLibraryName(name)) span.events.push({ name, time, attributes })
}
