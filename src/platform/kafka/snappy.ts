/** Unpacks snappy: raw blocks, and the framing around them that Java's producers write. */
import { broken, tooLarge, UnpackedBytes } from './unpacked-bytes.ts'

/** 0x82 "SNAPPY" 0x00, then two versions of four bytes, then blocks behind their lengths. */
const frameMagic = Buffer.from([0x82, 0x53, 0x4e, 0x41, 0x50, 0x50, 0x59, 0x00])
const frameHeaderBytes = 16

/** Throws UnpackError. */
export function unpackSnappy(packed: Buffer, maxBytes: number): Buffer {
  const out = new UnpackedBytes(packed.length * 4, maxBytes)
  if (!packed.subarray(0, frameMagic.length).equals(frameMagic)) {
    block(packed, 0, packed.length, out, maxBytes)
    return out.bytes
  }
  for (let at = frameHeaderBytes; at < packed.length; ) {
    if (at + 4 > packed.length) throw broken('snappy', 'it ends inside the length of a block')
    const end = at + 4 + packed.readUInt32BE(at)
    if (end > packed.length) throw broken('snappy', 'it ends inside a block')
    block(packed, at + 4, end, out, maxBytes)
    at = end
  }
  return out.bytes
}

function block(packed: Buffer, start: number, end: number, out: UnpackedBytes, maxBytes: number): void {
  let at = start
  let expected = 0
  for (let scale = 1, more = true; more; scale *= 128) {
    const byte = packed[at++] ?? 0
    if (at > end || scale > 2 ** 28) throw broken('snappy', 'a block has no valid length')
    expected += (byte & 0x7f) * scale
    more = byte >= 128
  }
  if (out.length + expected > maxBytes) throw tooLarge(maxBytes)
  expected += out.length
  while (at < end) at = element(packed, at, end, out)
  if (out.length !== expected) throw broken('snappy', 'a block does not have the length that it says')
}

/** One literal or one copy; gives where the next one begins. */
function element(packed: Buffer, at: number, end: number, out: UnpackedBytes): number {
  const tag = packed[at] ?? 0
  const kind = tag & 3
  const wide = (tag >>> 2) - 59
  const extra = kind === 0 ? Math.max(0, wide) : kind === 3 ? 4 : kind
  const next = at + 1 + extra
  if (next > end) throw broken('snappy', 'it ends inside an element')
  if (kind === 0) {
    const stop = next + 1 + (wide > 0 ? packed.readUIntLE(at + 1, wide) : tag >>> 2)
    if (stop > end) throw broken('snappy', 'it ends inside a literal')
    out.append(packed, next, stop)
    return stop
  }
  const [distance, count] =
    kind === 1
      ? [((tag >>> 5) << 8) | (packed[at + 1] ?? 0), ((tag >>> 2) & 7) + 4]
      : [packed.readUIntLE(at + 1, extra), (tag >>> 2) + 1]
  if (!out.repeat(distance, count)) throw broken('snappy', 'a copy reaches back before the start')
  return next
}
