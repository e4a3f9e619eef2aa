/** The embedded store: one SQLite file, one transaction a commit, every chunk checked when it is read back. */
import { closeSync, existsSync, fsyncSync, linkSync, mkdirSync, openSync, renameSync, rmSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { DatabaseSync, type StatementSync } from 'node:sqlite'
import { crc32 } from 'node:zlib'
import type { ChunkWriter } from '../events/chunk.ts'

/** What the chunks look like. Raise the version with each change of it, and say how the one before is brought up to it. */
export interface StateFormat {
  readonly version: number
  /** By the version that each begins at; one step is one transaction, with the new version in it. */
  readonly upgrades: ReadonlyMap<number, (chunks: readonly StateChunk[], out: ChunkWriter) => void>
}

const currentFormat: StateFormat = { version: 1, upgrades: new Map() }

export type StateProblem = 'locked' | 'damaged' | 'newer' | 'older' | 'unusable'

export class StateError extends Error {
  readonly problem: StateProblem

  constructor(problem: StateProblem, message: string) {
    super(message)
    this.problem = problem
  }
}

export interface StateChunk {
  readonly key: string
  readonly bytes: Uint8Array
}

export interface CommitFacts {
  readonly chunks: number
  readonly bytes: number
}

function keyed(key: string, bytes: Uint8Array): number {
  return crc32(bytes, crc32(key))
}

function problemOf(error: unknown, path: string): StateError {
  const message = error instanceof Error ? error.message : String(error)
  const code = error instanceof Error && 'errcode' in error ? Number(error.errcode) & 0xff : 0
  if (code === 5 || code === 6) return new StateError('locked', `${path} is in use by another process`)
  if (code === 11 || code === 26) return new StateError('damaged', `${path}: ${message}`)
  return new StateError('unusable', `${path}: ${message}`)
}

/** The file appears whole or not at all: what a kill leaves in between is not taken for a state. */
function create(path: string, version: number): void {
  if (existsSync(`${path}-wal`))
    throw new StateError('damaged', `${path} is missing, and its write-ahead log is there`)
  const own = `${path}.${process.pid}.new`
  try {
    rmSync(own, { force: true })
    const database = new DatabaseSync(own)
    try {
      database.exec(`
        BEGIN IMMEDIATE;
        CREATE TABLE chunk (key TEXT PRIMARY KEY, checksum INTEGER NOT NULL, bytes BLOB NOT NULL) WITHOUT ROWID;
        CREATE TABLE fact (name TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;
        INSERT INTO fact VALUES ('digest', 0);
        PRAGMA user_version = ${version};
        COMMIT;`)
    } finally {
      database.close()
    }
    appear(own, path)
  } finally {
    rmSync(own, { force: true })
  }
}

/** Gives a file its name unless another process was first, whose file is used then. */
function appear(own: string, path: string): void {
  try {
    linkSync(own, path)
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : ''
    // Some file systems have no links.
    if (code !== 'EEXIST') renameSync(own, path)
  }
  const folder = openSync(dirname(path), 'r')
  fsyncSync(folder)
  closeSync(folder)
}

export class StateStore {
  readonly path: string
  readonly #database: DatabaseSync
  readonly #put: StatementSync
  readonly #remove: StatementSync
  readonly #removeAll: StatementSync
  readonly #setDigest: StatementSync
  /** Exclusive-or of all chunks' checksums: a chunk that went missing shows. */
  #digest = 0
  readonly #checksums = new Map<string, number>()

  /** Throws StateError: locked by another process, damaged, of a version that cannot be read, or not writable. */
  static open(folder: string, format: StateFormat = currentFormat): StateStore {
    const path = join(folder, 'state.db')
    try {
      mkdirSync(folder, { recursive: true, mode: 0o700 })
      return new StateStore(path, format)
    } catch (error) {
      throw error instanceof StateError ? error : problemOf(error, path)
    }
  }

  private constructor(path: string, format: StateFormat) {
    this.path = path
    if (!existsSync(path)) create(path, format.version)
    this.#database = new DatabaseSync(path, { timeout: 0 })
    try {
      // The lock is held until the process ends, however it ends.
      this.#database.exec(
        'PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL',
      )
      this.#check(format.version)
    } catch (error) {
      this.#database.close()
      throw error
    }
    this.#put = this.#database.prepare(
      'INSERT INTO chunk (key, checksum, bytes) VALUES (?, ?, ?) ON CONFLICT (key) DO UPDATE SET checksum = excluded.checksum, bytes = excluded.bytes',
    )
    this.#remove = this.#database.prepare('DELETE FROM chunk WHERE key = ?')
    this.#removeAll = this.#database.prepare('SELECT key FROM chunk WHERE key >= ? AND key < ?')
    this.#setDigest = this.#database.prepare("UPDATE fact SET value = ? WHERE name = 'digest'")
    try {
      while (this.#version() < format.version) this.#upgrade(format)
    } catch (error) {
      this.#database.close()
      throw error
    }
  }

  #version(): number {
    return Number(this.#database.prepare('PRAGMA user_version').get()?.['user_version'] ?? 0)
  }

  /** Takes the lock, and refuses what cannot be trusted: wrong numbers are worse than none. */
  #check(known: number): void {
    this.#database.exec('BEGIN IMMEDIATE; COMMIT')
    const version = this.#version()
    if (version > known) {
      const message = `${this.path} has format ${version}, this program knows ${known}: run the newer version, or start with an empty state folder and replay the logs`
      throw new StateError('newer', message)
    }
    if (version < 1) throw new StateError('damaged', `${this.path} is not a state file of identity-slo`)
    const found = this.#database.prepare('PRAGMA quick_check(1)').get()?.['quick_check']
    if (found !== 'ok') throw new StateError('damaged', `${this.path}: ${String(found)}`)
  }

  #upgrade(format: StateFormat): void {
    const from = this.#version()
    const upgrade = format.upgrades.get(from)
    if (upgrade === undefined) {
      const message = `${this.path} has format ${from}, which this program cannot bring up to its own, ${format.version}: start with an empty state folder and replay the logs`
      throw new StateError('older', message)
    }
    const chunks = [...this.chunks()]
    this.commit((out) => {
      upgrade(chunks, out)
      this.#database.exec(`PRAGMA user_version = ${from + 1}`)
    })
  }

  /** All chunks in the order of their keys, each checked. Throws StateError when one is damaged or missing. */
  *chunks(): Generator<StateChunk> {
    this.#digest = 0
    this.#checksums.clear()
    try {
      yield* this.#checkedChunks()
    } catch (error) {
      throw error instanceof StateError ? error : problemOf(error, this.path)
    }
  }

  *#checkedChunks(): Generator<StateChunk> {
    const rows = this.#database.prepare('SELECT key, checksum, bytes FROM chunk ORDER BY key').iterate()
    for (const { key, checksum, bytes } of rows) {
      if (typeof key !== 'string' || !(bytes instanceof Uint8Array) || keyed(key, bytes) !== checksum)
        throw new StateError('damaged', `${this.path}: the chunk ${String(key)} does not have its checksum`)
      this.#digest ^= checksum
      this.#checksums.set(key, checksum)
      yield { key, bytes }
    }
    const expected = this.#database.prepare("SELECT value FROM fact WHERE name = 'digest'").get()?.['value']
    if (this.#digest >>> 0 !== expected) throw new StateError('damaged', `${this.path}: chunks are missing`)
  }

  /** Writes everything or nothing. Throws StateError, such as on a full disk; nothing has changed then. */
  commit(write: (out: ChunkWriter) => void): CommitFacts {
    const before = this.#digest
    const undo = new Map<string, number | undefined>()
    let chunks = 0
    let written = 0
    const set = (key: string, checksum: number | undefined): void => {
      const former = this.#checksums.get(key)
      if (!undo.has(key)) undo.set(key, former)
      this.#digest ^= (former ?? 0) ^ (checksum ?? 0)
      if (checksum === undefined) this.#checksums.delete(key)
      else this.#checksums.set(key, checksum)
    }
    const out: ChunkWriter = {
      put: (key, bytes) => {
        const checksum = keyed(key, bytes)
        this.#put.run(key, checksum, bytes)
        set(key, checksum)
        chunks++
        written += bytes.length
      },
      remove: (key) => {
        if (!this.#checksums.has(key)) return
        this.#remove.run(key)
        set(key, undefined)
      },
      removeAll: (prefix) => {
        // Keys are ASCII: U+FFFF sorts behind all of them.
        for (const { key } of this.#removeAll.all(prefix, `${prefix}\uffff`))
          if (typeof key === 'string') out.remove(key)
      },
    }
    try {
      this.#database.exec('BEGIN IMMEDIATE')
      write(out)
      this.#setDigest.run(this.#digest >>> 0)
      this.#database.exec('COMMIT')
      return { chunks, bytes: written }
    } catch (error) {
      if (this.#database.isTransaction) this.#database.exec('ROLLBACK')
      this.#digest = before
      for (const [key, checksum] of undo) {
        if (checksum === undefined) this.#checksums.delete(key)
        else this.#checksums.set(key, checksum)
      }
      throw problemOf(error, this.path)
    }
  }

  close(): void {
    this.#database.close()
  }
}
