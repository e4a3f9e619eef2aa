/** Log records in protobuf. */
import { jsonOfBody } from './any-value.ts'
import { Attributes, readAttribute } from './attributes.ts'
import { type KnownResources, readGroups } from './groups-protobuf.ts'
import { mapLog } from './log-record.ts'
import { epochMs } from './nanoseconds.ts'
import { latin1Of, type ProtobufCursor } from './protobuf.ts'
import type { Resource } from './resource.ts'
import { unreadable } from './spans.ts'
import type { TelemetryBatch } from './telemetry-batch.ts'

/** Throws Malformed where the request is no ExportLogsServiceRequest. */
export function readLogs(bytes: Uint8Array, resources: KnownResources, into: TelemetryBatch): void {
  readGroups(bytes, resources, {
    read: (cursor, end, resource) => into.add(readLog(cursor, end, resource)),
    malformed: (why) => into.add(unreadable('log record', why)),
  })
}

function readLog(cursor: ProtobufCursor, end: number, resource: Resource): ReturnType<typeof mapLog> {
  const start = cursor.at
  const attributes = new Attributes()
  let name = ''
  let time: number | undefined
  let observed: number | undefined
  let json: string | undefined
  while (cursor.next(end)) {
    if (cursor.tag === 9) time = timeOf(cursor, end)
    else if (cursor.tag === 89) observed = timeOf(cursor, end)
    else if (cursor.tag === 98) name = cursor.text(end)
    else if (cursor.tag === 42 || cursor.tag === 50) {
      const { tag } = cursor
      const stop = cursor.length(end)
      if (tag === 42) json = jsonOfBody(cursor, stop)
      else readAttribute(cursor, stop, attributes)
      cursor.at = stop
    } else cursor.skip(end)
  }
  const raw = latin1Of(cursor.bytes, start, end)
  return mapLog({ resource, attributes, name, time: time ?? observed, json, raw })
}

function timeOf(cursor: ProtobufCursor, end: number): number | undefined {
  cursor.fixed64(end)
  return cursor.high === 0 && cursor.low === 0 ? undefined : epochMs(cursor.high, cursor.low)
}
