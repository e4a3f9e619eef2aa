/** Reads the body of a request to its end: unpacked, up to a size, and no slower than is allowed. */
import type { IncomingMessage } from 'node:http'
import type { Readable } from 'node:stream'
import { createGunzip } from 'node:zlib'
import { compressionOf } from '../log-file.ts'
import { type Refusal, refusals } from './refusal.ts'

export interface Pace {
  /** How long a whole body may take, and how long nothing of it may come, ms. */
  readonly totalMs: number
  readonly idleMs: number
}

export interface BodyReading {
  readonly isGzip: boolean
  readonly pace: Pace
  /** Takes unpacked bytes, which are valid during the call only; gives a refusal to read no further. Throws its mistakes. */
  readonly take: (chunk: Uint8Array) => Refusal | undefined
}

/**
 * Resolves when all of it has been taken; rejects with a Refusal, or with what `take` throws. The request stays open
 * then, because destroying it would cut the answer off: see `discardRest`.
 */
export function readBody(request: IncomingMessage, reading: BodyReading): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  const unpacker = reading.isGzip ? createGunzip() : undefined
  const source: Readable = unpacker ?? request
  let packed = 0
  let isFirst = true
  const onPacked = (chunk: Buffer): void => {
    packed += chunk.length
  }
  const onChunk = (chunk: Buffer): void => {
    try {
      const compression = isFirst && !reading.isGzip ? compressionOf(chunk) : 'none'
      isFirst = false
      const refusal = compression === 'none' ? reading.take(chunk) : refusals.unsaidEncoding(compression)
      if (refusal !== undefined) settle(refusal)
    } catch (error) {
      settle(error)
    }
  }
  const onEnd = (): void => {
    // Zlib ends at bytes that are no further member, and says nothing about them.
    const isJunk = unpacker !== undefined && (!unpacker.writableEnded || unpacker.bytesWritten < packed)
    settle(isJunk ? refusals.unreadable('something stands behind the gzip data') : undefined)
  }
  const onUnpackError = (error: Error): void => settle(refusals.unreadable(error.message))
  const onGone = (): void => {
    // It also closes when all of it is there, which an unpacker may still be at.
    if (!request.readableEnded) settle(refusals.gone())
  }
  const stopWatching = watchPace(request, reading.pace, (refusal) => settle(refusal))

  function settle(error: unknown): void {
    stopWatching()
    request.off('data', onPacked).off('error', onGone).off('close', onGone)
    request.on('error', ignore)
    source.off('data', onChunk).off('end', onEnd)
    if (unpacker !== undefined) {
      request.unpipe(unpacker)
      unpacker.off('error', onUnpackError).on('error', ignore).destroy()
    }
    if (error === undefined) resolve()
    else reject(error)
  }

  request.on('error', onGone).on('close', onGone)
  source.on('data', onChunk).on('end', onEnd)
  if (unpacker !== undefined) {
    request.on('data', onPacked)
    unpacker.on('error', onUnpackError)
    request.pipe(unpacker)
  }
  return promise
}

function ignore(): void {
  // What becomes of a request that is settled concerns nobody.
}

/** Calls `giveUp` once the sender keeps us waiting; gives what ends the watch. */
function watchPace(request: IncomingMessage, pace: Pace, giveUp: (refusal: Refusal) => void): () => void {
  const startedAt = performance.now()
  let received = request.socket.bytesRead
  let receivedAt = startedAt
  const look = (): void => {
    const now = performance.now()
    if (request.socket.bytesRead !== received) {
      received = request.socket.bytesRead
      receivedAt = now
    }
    if (request.complete) return
    if (now - startedAt >= pace.totalMs) giveUp(refusals.tooSlow(`it took over ${pace.totalMs / 1000} s`))
    else if (now - receivedAt >= pace.idleMs)
      giveUp(refusals.tooSlow(`nothing came for ${pace.idleMs / 1000} s`))
  }
  // A turn later: after a long turn of ours the timer comes first, before the bytes that have been waiting.
  let pending: NodeJS.Immediate | undefined
  const timer = setInterval(
    () => {
      pending = setImmediate(look)
    },
    Math.max(1, Math.min(pace.idleMs, pace.totalMs, 4000) / 4),
  )
  return () => {
    clearInterval(timer)
    clearImmediate(pending)
  }
}

/** What a sender may still send behind its answer: enough to read the answer in peace. */
const discardedBytes = 32 * 1024 * 1024
const discardedMs = 5000

/** The rest of a body that was answered early goes nowhere, and the connection with it if there is no end to it. */
export function discardRest(request: IncomingMessage): void {
  if (request.complete || request.destroyed) return
  const { socket } = request
  const until = socket.bytesRead + discardedBytes
  const timer = setTimeout(() => socket.destroy(), discardedMs)
  request
    .on('error', ignore)
    .on('data', () => {
      if (socket.bytesRead > until) socket.destroy()
    })
    .once('end', () => clearTimeout(timer))
    .once('close', () => clearTimeout(timer))
    .resume()
}
