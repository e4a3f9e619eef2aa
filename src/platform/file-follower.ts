/** Follows log files and folders: new files, growth, rotation and truncation. Positions are file identity and byte offset. */
import { closeSync, fstatSync, openSync, readSync, type Stats, statSync } from 'node:fs'
import { setImmediate } from 'node:timers/promises'
import { crc32 } from 'node:zlib'
import type { Rejection } from '../events/rejection.ts'
import { compressionOf, readArchive } from './log-file.ts'
import { listLogFiles } from './log-paths.ts'

/** Takes the bytes of one file in order. */
export interface ByteTaker {
  push: (chunk: Uint8Array) => void
  end: () => void
  /** Offset of the first byte that is not consumed, and whether reading may start again there. */
  readonly offset: number
  readonly isBetweenRecords: boolean
}

/** Takes the bytes of a file that grows. */
export interface GrowingTaker extends ByteTaker {
  /** All bytes that there are have been pushed; more may come. */
  retry: () => void
}

export interface FollowerEvents {
  /** Called before each batch of bytes. */
  readonly beginBatch: () => void
  readonly open: (path: string) => GrowingTaker
  readonly rejection: (rejection: Rejection, path: string) => void
  /** Where an earlier process was in the file of this identity, as it was given to `setPosition`. */
  readonly positionOf?: (identity: string) => string | undefined
  /** Called in the same turn in which the bytes up to the position are pushed. */
  readonly setPosition?: (identity: string, position: string) => void
  /** All identities that have a position, and what is called for those whose file is gone. */
  readonly identities?: () => Iterable<string>
  readonly removePosition?: (identity: string) => void
  /** Called with the reading itself, for whoever measures it. */
  readonly fetch?: ((read: () => number) => number) | undefined
  /** While it is true no more is read, such as when what is read cannot be made durable. */
  readonly isPaused?: () => boolean
  /** Called in each round for each path that cannot be read, and each time that a file made its taker throw. */
  readonly error: (error: unknown, path: string) => void
  /** Ms of a clock that only goes forward. */
  readonly steadyMs?: () => number
}

/** What is kept of a file for a later process. */
type SavedFile = Pick<
  Followed,
  'path' | 'position' | 'isArchive' | 'headLength' | 'headSum' | 'size' | 'mtimeMs'
>

interface Followed {
  readonly identity: string
  path: string
  /** Where the next read starts. */
  position: number
  /** Kept only while it holds back a part of a record, or is inside an array of records; else a new one is opened. */
  taker: GrowingTaker | undefined
  /** Offset that `taker` calls 0. */
  takerStart: number
  /** Where reading may start again without losing a record. */
  restart: number
  isArchive: boolean
  /** As of the last round: how many first bytes were looked at and their checksum, size, and time of change. */
  headLength: number
  headSum: number
  size: number
  mtimeMs: number
}

const chunkBytes = 64 * 1024
/** Other work gets a turn this often while files are read. */
const chunksPerTurn = 8
/** Long enough to hold the time stamp or id of a first record. */
const headBytes = 1024
/** A file that made its taker throw is read again after this long, then after twice as long, and so on. */
const firstRetryMs = 1000
const lastRetryMs = 5 * 60_000

export class FileFollower {
  readonly #events: FollowerEvents
  /** By device and inode: a renamed file keeps its position. */
  readonly #files = new Map<string, Followed>()
  readonly #buffer = Buffer.allocUnsafe(chunkBytes)
  /** Files of this round, and whether it could read all there is. */
  #seen = new Set<string>()
  #isComplete = true
  #isFirstRound = true
  #chunks = 0
  #isStopped = false
  /** By identity: how often in a row, and when it is tried again. */
  readonly #failures = new Map<string, { readonly times: number; readonly retryAt: number }>()

  constructor(events: FollowerEvents) {
    this.#events = events
  }

  /** Reads everything that is new below the paths, once. Resolves to false when it was stopped or paused on the way. */
  async poll(paths: readonly string[]): Promise<boolean> {
    this.#seen = new Set()
    this.#isComplete = true
    const onError = (error: unknown, path: string): void => {
      this.#isComplete = false
      this.#events.error(error, path)
    }
    for (const path of paths) {
      try {
        for (const file of listLogFiles(path, onError)) {
          if (this.#isHalted()) return false
          await this.#read(file.path, onError)
        }
      } catch (error) {
        onError(error, path)
      }
    }
    if (this.#isHalted()) return false
    if (this.#isComplete) this.#forgetRemoved()
    this.#isFirstRound = false
    return true
  }

  #isHalted(): boolean {
    return this.#isStopped || this.#events.isPaused?.() === true
  }

  stop(): void {
    this.#isStopped = true
  }

  /** No more bytes will come: what is held back as incomplete is settled. */
  finish(): void {
    this.#events.beginBatch()
    for (const file of this.#files.values()) file.taker?.end()
    this.#files.clear()
  }

  /** Their inodes are used again for other files. */
  #forgetRemoved(): void {
    for (const [identity, file] of this.#files) {
      if (this.#seen.has(identity)) continue
      this.#events.beginBatch()
      file.taker?.end()
      this.#files.delete(identity)
      this.#failures.delete(identity)
      this.#forgetPosition(identity, file.path)
    }
    if (!this.#isFirstRound) return
    for (const identity of [...(this.#events.identities?.() ?? [])]) {
      const path = this.#saved(identity)?.path
      if (path !== undefined && !this.#seen.has(identity)) this.#forgetPosition(identity, path)
    }
  }

  /** One that is only not looked at any more keeps its position: it may be asked for again after a restart. */
  #forgetPosition(identity: string, path: string): void {
    try {
      const stats = statSync(path, { throwIfNoEntry: false })
      if (stats === undefined || identityOf(stats) !== identity) this.#events.removePosition?.(identity)
    } catch {
      // It cannot be looked at, which is not to say that it is gone.
    }
  }

  async #read(path: string, onError: (error: unknown, path: string) => void): Promise<void> {
    let descriptor: number
    try {
      descriptor = openSync(path, 'r')
    } catch (error) {
      onError(error, path)
      return
    }
    let identity = ''
    try {
      const stats = fstatSync(descriptor)
      identity = identityOf(stats)
      this.#seen.add(identity)
      if (this.#steadyMs() < (this.#failures.get(identity)?.retryAt ?? 0)) return
      const known = this.#files.get(identity)
      if (known?.position === stats.size && known.mtimeMs === stats.mtimeMs) return
      const file = this.#follow(identity, path, stats, descriptor)
      if (!file.isArchive) await this.#grow(file, descriptor)
      // One that appears while we look may still be written: it has to stay as it is for a round.
      else if (file.position < file.size && (file === known || this.#isFirstRound))
        await this.#archive(file, descriptor)
      this.#failures.delete(identity)
    } catch (error) {
      this.#failed(identity, error)
      onError(error, path)
    } finally {
      closeSync(descriptor)
    }
  }

  #steadyMs(): number {
    return this.#events.steadyMs?.() ?? performance.now()
  }

  /** Its taker is in no state to go on; a mistake of ours that comes again at once would be an endless loop. */
  #failed(identity: string, error: unknown): void {
    const file = this.#files.get(identity)
    if (file !== undefined) {
      file.taker = undefined
      file.position = file.restart
    }
    if (error instanceof Error && 'syscall' in error) return
    const times = (this.#failures.get(identity)?.times ?? 0) + 1
    const delay = Math.min(lastRetryMs, firstRetryMs * 2 ** (times - 1))
    this.#failures.set(identity, { times, retryAt: this.#steadyMs() + delay })
  }

  /** The file as known, brought up to date, or a new start: see `isContinued`. */
  #follow(identity: string, path: string, stats: Stats, descriptor: number): Followed {
    const { size, mtimeMs } = stats
    const length = readSync(descriptor, this.#buffer, 0, headBytes, 0)
    const head = this.#buffer.subarray(0, length)
    const known = this.#files.get(identity)
    const seen = { path, headLength: length, headSum: crc32(head), size, mtimeMs }
    if (known !== undefined && isContinued(known, head, stats)) return Object.assign(known, seen)
    if (known?.taker !== undefined) {
      this.#events.beginBatch()
      known.taker.end()
    }
    const saved = known === undefined ? this.#saved(identity) : undefined
    const isSaved = saved !== undefined && isContinued(saved, head, stats)
    const file: Followed = {
      ...seen,
      identity,
      position: isSaved ? saved.position : 0,
      taker: undefined,
      takerStart: 0,
      restart: isSaved ? saved.position : 0,
      isArchive: compressionOf(head) !== 'none',
    }
    this.#files.set(identity, file)
    return file
  }

  #saved(identity: string): SavedFile | undefined {
    const text = this.#events.positionOf?.(identity)
    return text === undefined ? undefined : (JSON.parse(text) as SavedFile)
  }

  /** All records before `position` are counted, and none behind it. */
  #save(file: Followed, position: number): void {
    const { identity, path, isArchive, headLength, headSum, size, mtimeMs } = file
    const saved: SavedFile = { path, position, isArchive, headLength, headSum, size, mtimeMs }
    file.restart = position
    this.#events.setPosition?.(identity, JSON.stringify(saved))
  }

  /** Read whole, once. */
  async #archive(file: Followed, descriptor: number): Promise<void> {
    const taker = this.#events.open(file.path)
    try {
      const rejection = await readArchive(descriptor, (chunk) => {
        if (this.#isStopped) throw new Error('stopped')
        this.#events.beginBatch()
        taker.push(chunk)
      })
      taker.end()
      if (rejection) this.#events.rejection(rejection, file.path)
      file.position = file.size
      this.#save(file, file.position)
    } catch (error) {
      if (!this.#isStopped) throw error
    }
  }

  async #grow(file: Followed, descriptor: number): Promise<void> {
    const taker = file.taker ?? this.#events.open(file.path)
    if (file.taker === undefined) file.takerStart = file.position
    while (file.position < file.size && !this.#isHalted()) {
      const wanted = Math.min(chunkBytes, file.size - file.position)
      const read = (): number => readSync(descriptor, this.#buffer, 0, wanted, file.position)
      const length = this.#events.fetch?.(read) ?? read()
      if (length === 0) break
      this.#events.beginBatch()
      taker.push(this.#buffer.subarray(0, length))
      file.position += length
      if (taker.isBetweenRecords) this.#save(file, file.takerStart + taker.offset)
      if (++this.#chunks % chunksPerTurn === 0) await setImmediate()
    }
    taker.retry()
    if (taker.isBetweenRecords) this.#save(file, file.takerStart + taker.offset)
    const isSettled = taker.isBetweenRecords && file.takerStart + taker.offset === file.position
    file.taker = isSettled ? undefined : taker
  }
}

function identityOf({ dev, ino }: Stats): string {
  return `${dev}:${ino}`
}

/**
 * A log whose first bytes changed or that became shorter was truncated, or its inode was used again: it starts over.
 * So does an archive that changed at all: archives do not grow, but they may be seen while they are written.
 */
function isContinued(known: SavedFile, head: Uint8Array, { size, mtimeMs }: Stats): boolean {
  if (known.isArchive) return known.size === size && known.mtimeMs === mtimeMs
  const isSameHead = crc32(head.subarray(0, known.headLength)) === known.headSum
  return isSameHead && known.position > 0 && size >= known.position
}
