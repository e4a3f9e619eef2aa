/**
 * A position as it is stored: where to go on, and a mark of a record before it. A topic that was made anew may have grown past our
 * position, and looks like the old one by its offsets: the mark tells them apart.
 */
import { crc32 } from 'node:zlib'
import type { KafkaMessage } from 'kafkajs'
import { offsetOf } from './start-offset.ts'

export interface RecordMark {
  readonly offset: bigint
  /** Epoch ms and checksum, as they are written. */
  readonly seen: string
}

export interface StoredPosition {
  /** Offset of the next record to read. */
  readonly next: bigint
  readonly mark: RecordMark | undefined
}

type Marked = Pick<KafkaMessage, 'offset' | 'timestamp' | 'value'>

function seenOf({ timestamp, value }: Marked): string {
  return `${timestamp}:${crc32(value ?? '').toString(16)}`
}

/** Undefined for a message that has no offset. */
export function markOf(message: Marked): RecordMark | undefined {
  const offset = offsetOf(message.offset)
  return offset === undefined ? undefined : { offset, seen: seenOf(message) }
}

export function isMarked(message: Marked, mark: RecordMark): boolean {
  return offsetOf(message.offset) === mark.offset && seenOf(message) === mark.seen
}

/** `123`, or `123 122:1767225600000:9f3a21bc` with the mark of record 122. */
export function positionText({ next, mark }: StoredPosition): string {
  return mark === undefined ? next.toString() : `${next} ${mark.offset}:${mark.seen}`
}

/** Undefined when it says no offset; without a mark where that cannot be read. */
export function storedPosition(text: string | undefined): StoredPosition | undefined {
  const [written, marked = ''] = text?.split(' ') ?? []
  const next = offsetOf(written)
  if (next === undefined) return undefined
  const colon = marked.indexOf(':')
  const offset = offsetOf(marked.slice(0, Math.max(0, colon)))
  return { next, mark: offset === undefined ? undefined : { offset, seen: marked.slice(colon + 1) } }
}
