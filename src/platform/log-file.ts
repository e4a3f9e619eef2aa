/** Log files as streams of decompressed bytes: plain, gzip (several members) and zstd (several frames), told apart by their first bytes. */
import { closeSync, fstatSync, openSync, readSync } from 'node:fs'
import { pipeline } from 'node:stream/promises'
import { createGunzip, createZstdDecompress } from 'node:zlib'
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

/** Reading waits for the promise, where it gives one. */
export type ChunkTaker = (chunk: Uint8Array) => Promise<void> | undefined | void

/**
 * Hands the file's bytes on in chunks, which are only valid during the call (and until its promise is kept). Gives a rejection for what could not be
 * unpacked; what came before it has been handed on. Throws the system's error when the file cannot be read at all.
 * Reads synchronously: for commands that do nothing else, half the system time of asynchronous reads.
 */
export async function readLogFile(
  path: string,
  onChunk: ChunkTaker,
  onProgress?: FileProgress,
): Promise<Rejection | undefined> {
  const file = openSync(path, 'r')
  try {
    const buffer = Buffer.allocUnsafe(chunkBytes)
    let length = readSync(file, buffer, 0, chunkBytes, 0)
    if (compressionOf(buffer.subarray(0, length)) !== 'none')
      return await readArchive(file, onChunk, onProgress)
    for (let position = 0; length > 0; length = readSync(file, buffer, 0, chunkBytes, position)) {
      position += length
      const waits = onChunk(buffer.subarray(0, length))
      if (waits !== undefined) await waits
      onProgress?.(length)
    }
    return undefined
  } finally {
    closeSync(file)
  }
}

/** The same for an open file that is known to be compressed. Other work gets its turns while it is unpacked. */
export async function readArchive(
  file: number,
  onChunk: ChunkTaker,
  onProgress?: FileProgress,
): Promise<Rejection | undefined> {
  const size = fstatSync(file).size
  const compression = compressionAt(file, 0)
  let unpacked = 0
  let reported = 0
  /** False when the archive is a bomb. */
  const take = async (chunk: Uint8Array, packed: number): Promise<boolean> => {
    unpacked += chunk.length
    if (unpacked > ratioAppliesFrom && unpacked / Math.max(1, packed) > maxRatio) return false
    await onChunk(chunk)
    onProgress?.(packed - reported)
    reported = packed
    return true
  }
  let position = 0
  // Node unpacks all members of a gzip file in one pass, but one frame of zstd.
  do {
    if (compressionAt(file, position) !== compression) return trailingData(compression, position)
    const start = position
    const pass = await unpack({ file, compression, start, fineFrom: Number.POSITIVE_INFINITY }, take)
    if (pass.isStopped) return bomb
    if (pass.broken !== undefined) {
      await salvage({ file, compression, start, fineFrom: start + pass.packed }, pass.unpacked, onChunk)
      return brokenArchive(pass.broken, compression, start + pass.packed)
    }
    position += pass.packed
  } while (position < size)
  return undefined
}

const bomb: Rejection = {
  reason: 'decompression_limit',
  message: `the archive unpacks to more than ${maxRatio} times its size: split it if it is genuine`,
}

function trailingData(compression: Compression, position: number): Rejection {
  const message = `what stands behind the ${compression} data, about byte ${position} of the file, is not ${compression}`
  return { reason: 'trailing_data', message }
}

function brokenArchive(error: UnpackError, compression: Compression, position: number): Rejection {
  // The file begins as it should, so that what has no header stands behind something whole.
  const isForeign = error.message === 'incorrect header check' || error.code === 'ZSTD_error_prefix_unknown'
  if (isForeign) return trailingData(compression, position)
  const message = `the ${compression} data is broken (${error.message}): what came before it counts`
  return { reason: 'decompression_failed', message }
}

function compressionAt(file: number, position: number): Compression {
  const head = Buffer.alloc(4)
  return compressionOf(head.subarray(0, readSync(file, head, 0, head.length, position)))
}

interface Stored {
  readonly file: number
  readonly compression: Compression
  readonly start: number
  /** From this byte of the file on, the unpacker is given small pieces. */
  readonly fineFrom: number
}

interface Pass {
  /** Stored bytes that were unpacked, and what became of them. */
  readonly packed: number
  readonly unpacked: number
  readonly isStopped: boolean
  readonly broken: UnpackError | undefined
}

interface UnpackError extends Error {
  readonly code: string
}

function isUnpackError(error: unknown): error is UnpackError {
  return error instanceof Error && 'code' in error && /^Z(STD)?_/.test(String(error.code))
}

/** Gzip gives what it unpacks at once, so that single bytes lose nothing; zstd gives blocks. */
const fineBytes = { none: chunkBytes, gzip: 1, zstd: 1024 } as const

function* storedBytes({ file, compression, start, fineFrom }: Stored): Generator<Uint8Array> {
  for (let position = start; ; ) {
    const isFine = position >= fineFrom
    const buffer = Buffer.allocUnsafe(isFine ? chunkBytes : Math.min(chunkBytes, fineFrom - position))
    const length = readSync(file, buffer, 0, buffer.length, position)
    if (length === 0) return
    const step = isFine ? fineBytes[compression] : length
    for (let at = 0; at < length; at += step) yield buffer.subarray(at, at + step)
    position += length
  }
}

/** `take` is told how far into the file its chunk was packed; it gives false to stop. Throws what it or the file throws. */
async function unpack(
  stored: Stored,
  take: (chunk: Uint8Array, packed: number) => Promise<boolean>,
): Promise<Pass> {
  const unpacker = stored.compression === 'gzip' ? createGunzip() : createZstdDecompress()
  // Its errors come out of the unpacker, too.
  const piped = pipeline(storedBytes(stored), unpacker).catch(() => undefined)
  let unpacked = 0
  const pass = (isStopped: boolean, broken?: UnpackError): Pass => ({
    packed: unpacker.bytesWritten,
    unpacked,
    isStopped,
    broken,
  })
  try {
    for await (const chunk of unpacker as AsyncIterable<Buffer>) {
      unpacked += chunk.length
      if (!(await take(chunk, stored.start + unpacker.bytesWritten))) return pass(true)
    }
    return pass(false)
  } catch (error) {
    if (!isUnpackError(error)) throw error
    return pass(false, error)
  } finally {
    unpacker.destroy()
    await piped
  }
}

/** Node drops what a write had unpacked before its error: gives on what comes behind the first `handedOn` bytes. */
async function salvage(stored: Stored, handedOn: number, onChunk: ChunkTaker): Promise<void> {
  let passed = 0
  await unpack(stored, async (chunk) => {
    const isNew = passed + chunk.length > handedOn
    if (isNew) await onChunk(chunk.subarray(Math.max(0, handedOn - passed)))
    passed += chunk.length
    return true
  })
}
