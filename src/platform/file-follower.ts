/** Follows log files and folders: new files, growth, rotation and truncation. Positions are file identity and byte offset. */
import { closeSync, fstatSync, openSync, readSync } from 'node:fs'
import { setImmediate } from 'node:timers/promises'
import type { Rejection } from '../events/rejection.ts'
import { compressionOf, readLogFile } from './log-file.ts'
import { listLogFiles } from './log-paths.ts'

/** Takes the bytes of one file in order. */
export interface ByteTaker {
  push: (chunk: Uint8Array) => void
  end: () => void
  /** Offset of the first byte that is not consumed, and whether reading may start again there. */
  readonly offset: number
  readonly isBetweenRecords: boolean
}

export interface FollowerEvents {
  /** Called before each batch of bytes. */
  readonly beginBatch: () => void
  readonly open: (path: string) => ByteTaker
  readonly rejection: (rejection: Rejection, path: string) => void
  readonly error: (error: unknown, path: string) => void
}

interface Followed {
  path: string
  /** Where the next read starts. */
  position: number
  /** Kept only in the middle of an array of records; else a new one starts at `position`. */
  taker: ByteTaker | undefined
  /** Offset that `taker` calls 0. */
  takerStart: number
  isArchive: boolean
}

const chunkBytes = 64 * 1024
/** Other work gets a turn this often while a large file is read. */
const chunksPerTurn = 8

export class FileFollower {
  readonly #paths: readonly string[]
  readonly #events: FollowerEvents
  /** By device and inode: a renamed file keeps its position. */
  readonly #files = new Map<string, Followed>()
  #isStopped = false

  constructor(paths: readonly string[], events: FollowerEvents) {
    this.#paths = paths
    this.#events = events
  }

  /** Reads everything that is new, once. */
  async poll(): Promise<void> {
    for (const path of this.#paths) {
      try {
        for (const file of listLogFiles(path)) if (!this.#isStopped) await this.#read(file.path)
      } catch (error) {
        this.#events.error(error, path)
      }
    }
  }

  stop(): void {
    this.#isStopped = true
  }

  /** No more bytes will come: what is held back as incomplete is settled. */
  finish(): void {
    this.#events.beginBatch()
    for (const file of this.#files.values()) file.taker?.end()
  }

  async #read(path: string): Promise<void> {
    let descriptor: number
    try {
      descriptor = openSync(path, 'r')
    } catch (error) {
      this.#events.error(error, path)
      return
    }
    try {
      const { dev, ino, size } = fstatSync(descriptor)
      const file = this.#follow(`${dev}:${ino}`, path, size)
      if (size === file.position) return
      const buffer = Buffer.allocUnsafe(chunkBytes)
      if (file.position === 0 && (await this.#archive(file, descriptor, buffer, size))) return
      await this.#grow(file, descriptor, buffer)
    } catch (error) {
      this.#events.error(error, path)
    } finally {
      closeSync(descriptor)
    }
  }

  /** A file that became shorter was truncated, or its inode was used again: it starts over. */
  #follow(identity: string, path: string, size: number): Followed {
    const known = this.#files.get(identity)
    if (known !== undefined && (size >= known.position || known.isArchive)) {
      known.path = path
      return known
    }
    known?.taker?.end()
    const file = { path, position: 0, taker: undefined, takerStart: 0, isArchive: false }
    this.#files.set(identity, file)
    return file
  }

  /** Archives do not grow: they are read whole, once. */
  async #archive(file: Followed, descriptor: number, buffer: Buffer, size: number): Promise<boolean> {
    const length = readSync(descriptor, buffer, 0, 4, 0)
    if (compressionOf(buffer.subarray(0, length)) === 'none') return false
    const taker = this.#events.open(file.path)
    this.#events.beginBatch()
    const rejection = await readLogFile(file.path, (chunk) => taker.push(chunk))
    taker.end()
    if (rejection) this.#events.rejection(rejection, file.path)
    file.isArchive = true
    file.position = size
    return true
  }

  async #grow(file: Followed, descriptor: number, buffer: Buffer): Promise<void> {
    const taker = file.taker ?? this.#events.open(file.path)
    if (file.taker === undefined) file.takerStart = file.position
    for (let chunks = 1; !this.#isStopped; chunks++) {
      const length = readSync(descriptor, buffer, 0, chunkBytes, file.position)
      if (length === 0) break
      this.#events.beginBatch()
      taker.push(buffer.subarray(0, length))
      file.position += length
      if (chunks % chunksPerTurn === 0) await setImmediate()
    }
    file.taker = taker.isBetweenRecords ? undefined : taker
    // What is held back is read again next time: it is the beginning of a record, and small.
    if (taker.isBetweenRecords) file.position = file.takerStart + taker.offset
  }
}
