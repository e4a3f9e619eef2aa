/**
 * Stands in for a batch of records that cannot be unpacked, so that it costs its own records and not the consumer:
 * the client would otherwise fetch it again for ever, and with it nothing else.
 */
import { randomUUID } from 'node:crypto'
import type { UnpackError } from './unpacked-bytes.ts'

/** Name of the header that marks a stand-in: no producer can know it. */
const marker = `unreadable-${randomUUID()}`

/** The header of a record batch of format 2, which stands right before its compressed records. */
const headerBytes = 61
const bytesBehindLength = 49
const magicAt = 16
const lastOffsetDeltaAt = 23
const countAt = 57
const maxRecords = 1_000_000

const nothing = Buffer.from([1])

/** Zigzag, then seven bits a byte: how records spell numbers. For numbers that are not negative. */
function varint(value: number): Buffer {
  const bytes: number[] = []
  let rest = value * 2
  for (; rest >= 128; rest = Math.floor(rest / 128)) bytes.push((rest % 128) + 128)
  return Buffer.from([...bytes, rest])
}

function sized(bytes: Buffer): Buffer {
  return Buffer.concat([varint(bytes.length), bytes])
}

/**
 * Records without key and value, as many as the batch has, at its offsets. `packed` must be a view on the fetched
 * bytes: the header is read from in front of it. Undefined when there is no such header.
 */
export function standIns(packed: Buffer, reason: UnpackError['reason']): Buffer | undefined {
  if (packed.byteOffset < headerBytes) return undefined
  const header = Buffer.from(packed.buffer, packed.byteOffset - headerBytes, headerBytes)
  const count = header.readInt32BE(countAt)
  const lastOffsetDelta = header.readInt32BE(lastOffsetDeltaAt)
  const isHeader =
    header.readInt8(magicAt) === 2 && header.readInt32BE(8) === bytesBehindLength + packed.length
  if (!isHeader || count < 1 || count > maxRecords || count > lastOffsetDelta + 1) return undefined
  const headers = Buffer.concat([varint(1), sized(Buffer.from(marker)), sized(Buffer.from(reason))])
  const records: Buffer[] = []
  for (let i = 0; i < count; i++) {
    const delta = varint(i === count - 1 ? lastOffsetDelta : i)
    records.push(sized(Buffer.concat([Buffer.from([0]), varint(0), delta, nothing, nothing, headers])))
  }
  return Buffer.concat(records)
}

/** Why the record stands for one that could not be unpacked; undefined for every other record. */
export function unreadableReason(
  headers: Readonly<Record<string, unknown>> | undefined,
): UnpackError['reason'] | undefined {
  const value = headers?.[marker]
  if (!Buffer.isBuffer(value)) return undefined
  return value.toString() === 'decompression_limit' ? 'decompression_limit' : 'decompression_failed'
}
