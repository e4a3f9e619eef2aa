/**
 * The frame that traces, metrics and logs have in common in protobuf: groups of one resource, within them groups of one
 * scope, within them records. Field numbers as in opentelemetry-proto; they are the same for all three.
 */

import { Attributes, readAttribute } from './attributes.ts'
import { digestOf } from './digest.ts'
import { latin1Of, Malformed, ProtobufCursor } from './protobuf.ts'
import { type Resource, resourceOf } from './resource.ts'

const maxResources = 1000

/** Processes send the same resource with each request: it is read once. */
export class KnownResources {
  readonly #byBytes = new Map<string, Resource>()
  readonly #none = resourceOf(new Attributes(), '')

  get none(): Resource {
    return this.#none
  }

  /** Reads a Resource message that starts at the cursor and ends at `end`. */
  read(cursor: ProtobufCursor, end: number): Resource {
    const key = latin1Of(cursor.bytes, cursor.at, end)
    const known = this.#byBytes.get(key)
    if (known !== undefined) return known
    const resource = readResource(cursor, end)
    if (this.#byBytes.size >= maxResources) this.#byBytes.clear()
    this.#byBytes.set(key, resource)
    return resource
  }
}

function readResource(cursor: ProtobufCursor, end: number): Resource {
  const attributes = new Attributes()
  const parts: string[] = []
  while (cursor.next(end)) {
    if (cursor.tag !== 10) {
      cursor.skip(end)
      continue
    }
    const stop = cursor.length(end)
    parts.push(latin1Of(cursor.bytes, cursor.at, stop))
    readAttribute(cursor, stop, attributes)
    cursor.at = stop
  }
  // In whichever order a process lists its attributes, it is the same process.
  return resourceOf(attributes, digestOf(parts))
}

export interface RecordReader {
  /** The record starts at the cursor and ends at `end`. Throws Malformed. */
  readonly read: (cursor: ProtobufCursor, end: number, resource: Resource, scope: string) => void
  /** Its bytes make no sense. Without it, they spoil the request. */
  readonly malformed?: (why: string) => void
}

/** Calls `reader` for each record of an export request. Throws Malformed where the frame itself is broken. */
export function readGroups(bytes: Uint8Array, resources: KnownResources, reader: RecordReader): void {
  const cursor = new ProtobufCursor(bytes)
  const end = bytes.length
  while (cursor.next(end)) {
    if (cursor.tag !== 10) {
      cursor.skip(end)
      continue
    }
    const stop = cursor.length(end)
    readResourceGroup(cursor, stop, resources, reader)
    cursor.at = stop
  }
}

function readResourceGroup(
  cursor: ProtobufCursor,
  end: number,
  resources: KnownResources,
  reader: RecordReader,
): void {
  const resource = messageIn(cursor, end, (stop) => resources.read(cursor, stop)) ?? resources.none
  while (cursor.next(end)) {
    if (cursor.tag !== 18) {
      cursor.skip(end)
      continue
    }
    const stop = cursor.length(end)
    readScopeGroup(cursor, stop, resource, reader)
    cursor.at = stop
  }
}

function readScopeGroup(cursor: ProtobufCursor, end: number, resource: Resource, reader: RecordReader): void {
  const scope = messageIn(cursor, end, (stop) => nameIn(cursor, stop)) ?? ''
  while (cursor.next(end)) {
    if (cursor.tag !== 18) {
      cursor.skip(end)
      continue
    }
    const stop = cursor.length(end)
    readRecord(cursor, stop, resource, scope, reader)
    cursor.at = stop
  }
}

/** A record ends where its length says, whatever is inside. */
function readRecord(
  cursor: ProtobufCursor,
  end: number,
  resource: Resource,
  scope: string,
  reader: RecordReader,
): void {
  if (reader.malformed === undefined) {
    reader.read(cursor, end, resource, scope)
    return
  }
  try {
    reader.read(cursor, end, resource, scope)
  } catch (error) {
    if (!(error instanceof Malformed)) throw error
    reader.malformed(error.message)
  }
}

/** The message in field 1 of the group, which may stand behind what it describes; the cursor stays where it is. */
function messageIn<T>(cursor: ProtobufCursor, end: number, read: (stop: number) => T): T | undefined {
  const start = cursor.at
  let found: T | undefined
  while (cursor.next(end)) {
    if (cursor.tag === 10) {
      const stop = cursor.length(end)
      found = read(stop)
      cursor.at = stop
    } else cursor.skip(end)
  }
  cursor.at = start
  return found
}

function nameIn(cursor: ProtobufCursor, end: number): string {
  let name = ''
  while (cursor.next(end)) {
    if (cursor.tag === 10) name = cursor.text(end)
    else cursor.skip(end)
  }
  return name
}
