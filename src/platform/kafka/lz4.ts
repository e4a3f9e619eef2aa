/** Unpacks LZ4 frames, as Kafka's producers write them. Checksums are passed over: brokers have checked the batch. */
import { broken, UnpackedBytes } from './unpacked-bytes.ts'

const frameMagic = 0x184d2204
const skippableMagic = 0x184d2a50
const version = 1
const storedFlag = 0x80000000
const minMatch = 4

/** Throws UnpackError. */
export function unpackLz4(packed: Buffer, maxBytes: number): Buffer {
  const out = new UnpackedBytes(packed.length * 4, maxBytes)
  let at = 0
  do at = frame(packed, at, out)
  while (at < packed.length)
  return out.bytes
}

function word(packed: Buffer, at: number): number {
  if (at + 4 > packed.length) throw broken('lz4', 'it ends inside a frame')
  return packed.readUInt32LE(at)
}

/** One frame; gives where the next one begins. */
function frame(packed: Buffer, start: number, out: UnpackedBytes): number {
  const magic = word(packed, start)
  if ((magic & 0xfffffff0) >>> 0 === skippableMagic) return start + 8 + word(packed, start + 4)
  if (magic !== frameMagic) throw broken('lz4', 'it does not begin like a frame')
  const flags = packed[start + 4] ?? 0
  if (flags >>> 6 !== version) throw broken('lz4', `its version is ${flags >>> 6}, expected ${version}`)
  if ((flags & 0x01) !== 0) throw broken('lz4', 'it needs a dictionary')
  const [blockChecksum, contentSize, contentChecksum] = [flags & 0x10, flags & 0x08, flags & 0x04]
  // Magic, flags, block size, size of the content if it is said, checksum of the header.
  let at = start + 6 + (contentSize ? 8 : 0) + 1
  for (let size = word(packed, at); size !== 0; size = word(packed, at)) {
    const isStored = size >= storedFlag
    const end = at + 4 + (isStored ? size - storedFlag : size)
    if (end > packed.length) throw broken('lz4', 'it ends inside a block')
    if (isStored) out.append(packed, at + 4, end)
    else block(packed, at + 4, end, out)
    at = end + (blockChecksum ? 4 : 0)
  }
  return at + 4 + (contentChecksum ? 4 : 0)
}

function block(packed: Buffer, start: number, end: number, out: UnpackedBytes): void {
  let at = start
  /** A length of 15 goes on in the bytes behind it, up to one that is not 255. */
  const length = (nibble: number): number => {
    let total = nibble
    if (nibble < 15) return total
    for (let byte = 255; byte === 255; total += byte) {
      if (at >= end) throw broken('lz4', 'it ends inside a length')
      byte = packed[at++] ?? 0
    }
    return total
  }
  while (at < end) {
    const token = packed[at++] ?? 0
    const literals = length(token >>> 4)
    if (at + literals > end) throw broken('lz4', 'it ends inside literals')
    out.append(packed, at, at + literals)
    at += literals
    // The last sequence of a block has no match.
    if (at === end) return
    if (at + 2 > end) throw broken('lz4', 'it ends inside a match')
    const distance = packed.readUInt16LE(at)
    at += 2
    if (!out.repeat(distance, length(token & 15) + minMatch))
      throw broken('lz4', 'a match reaches back before the start')
  }
}
