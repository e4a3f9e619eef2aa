/** Log files as streams of decompressed bytes: plain, gzip (several members) and zstd, told apart by their first bytes. */
import { closeSync, createReadStream, fstatSync, openSync, readSync } from 'node:fs'
import { pipeline } from 'node:stream'
import { createGunzip, createZstdDecompress, type Gunzip, type ZstdDecompress } from 'node:zlib'
import type { Rejection } from '../events/rejection.ts'

/** Real logs compress 10 to 60 times; a bomb a thousand times. */
const maxRatio = 250
const ratioAppliesFrom = 64 * 1024 * 1024
const chunkBytes = 64 * 1024

export type Compression = 'none' | 'gzip' | 'zstd'

export function compressionOf(head: Uint8Array): Compression {
  if (head[0] === 0x1f && head[1] === 0x8b) return 'gzip'
  if (head[0] === 0x28 && head[1] === 0xb5 && head[2] === 0x2f && head[3] === 0xfd) return 'zstd'
  return 'none'
}

/** Progress through the file as it is stored. */
export type FileProgress = (readBytes: number) => void

/**
 * Hands the file's bytes on in chunks, which are only valid during the call. Gives a rejection for what could not be
 * unpacked; what came before it has been handed on. Throws the system's error when the file cannot be read at all.
 * Reads synchronously: for commands that do nothing else, half the system time of asynchronous reads.
 */
export async function readLogFile(
  path: string,
  onChunk: (chunk: Uint8Array) => void,
  onProgress?: FileProgress,
): Promise<Rejection | undefined> {
  const file = openSync(path, 'r')
  try {
    const buffer = Buffer.allocUnsafe(chunkBytes)
    let length = readSync(file, buffer, 0, chunkBytes, 0)
    const compression = compressionOf(buffer.subarray(0, length))
    if (compression !== 'none')
      return await unpack(path, fstatSync(file).size, compression, onChunk, onProgress)
    for (let position = 0; length > 0; length = readSync(file, buffer, 0, chunkBytes, position)) {
      position += length
      onChunk(buffer.subarray(0, length))
      onProgress?.(length)
    }
    return undefined
  } finally {
    closeSync(file)
  }
}

async function unpack(
  path: string,
  size: number,
  compression: Exclude<Compression, 'none'>,
  onChunk: (chunk: Uint8Array) => void,
  onProgress: FileProgress | undefined,
): Promise<Rejection | undefined> {
  const unpacker: Gunzip | ZstdDecompress = compression === 'gzip' ? createGunzip() : createZstdDecompress()
  const source = createReadStream(path)
  // Errors of the file reach the loop below through the unpacker.
  pipeline(source, unpacker, () => undefined)
  let unpacked = 0
  let reported = 0
  try {
    for await (const chunk of unpacker as AsyncIterable<Buffer>) {
      unpacked += chunk.length
      const packed = Math.max(1, unpacker.bytesWritten)
      if (unpacked > ratioAppliesFrom && unpacked / packed > maxRatio) {
        const message = `the archive unpacks to more than ${maxRatio} times its size: split it if it is genuine`
        return { reason: 'decompression_limit', message }
      }
      onChunk(chunk)
      onProgress?.(packed - reported)
      reported = packed
    }
  } catch (error) {
    if (source.errored) throw source.errored
    const cause = error instanceof Error ? error.message : 'unknown error'
    return {
      reason: 'decompression_failed',
      message: `the ${compression} data is broken (${cause}): what came before it counts`,
    }
  } finally {
    source.destroy()
    unpacker.destroy()
  }
  const rest = size - unpacker.bytesWritten
  if (rest > 0)
    return {
      reason: 'trailing_data',
      message: `${rest} bytes behind the ${compression} data are not ${compression}`,
    }
  return undefined
}
