/**
 * Makes counts and source positions durable together: one transaction holds both, so that a kill leaves either the
 * old or the new of everything. What a sender is told, and what a broker is told, waits for it.
 */
import { type ChunkWriter, jsonBytes, jsonOf, prefixed, type Stateful } from '../events/chunk.ts'
import type { FollowerEvents } from '../platform/file-follower.ts'
import { type CommitFacts, StateError, StateStore } from '../platform/state-store.ts'
import { AppError } from './errors.ts'

/** Where each source is to go on: by source key, in the source's own words. */
export class Positions implements Stateful {
  readonly #positions = new Map<string, string>()
  readonly #dirty = new Set<string>()

  get(key: string): string | undefined {
    return this.#positions.get(key)
  }

  /** In the same turn in which the records up to it are counted. */
  set(key: string, position: string): void {
    if (this.#positions.get(key) === position) return
    this.#positions.set(key, position)
    this.#dirty.add(key)
  }

  /** What it was of is gone. */
  remove(key: string): void {
    if (this.#positions.delete(key)) this.#dirty.add(key)
  }

  /** Positions of files, as the follower asks for them and sets them. */
  ofFiles(): Pick<FollowerEvents, 'positionOf' | 'setPosition' | 'identities' | 'removePosition'> {
    const prefix = 'file:'
    return {
      positionOf: (identity) => this.get(prefix + identity),
      setPosition: (identity, position) => this.set(prefix + identity, position),
      identities: () =>
        [...this.#positions.keys()]
          .filter((key) => key.startsWith(prefix))
          .map((key) => key.slice(prefix.length)),
      removePosition: (identity) => this.remove(prefix + identity),
    }
  }

  save(out: ChunkWriter): void {
    for (const key of this.#dirty) {
      const position = this.#positions.get(key)
      if (position === undefined) out.remove(encodeURIComponent(key))
      else out.put(encodeURIComponent(key), jsonBytes(position))
    }
  }

  saved(): void {
    this.#dirty.clear()
  }

  restore(key: string, bytes: Uint8Array): void {
    this.#positions.set(decodeURIComponent(key), jsonOf<string>(bytes))
  }
}

/** Opens the store, if there is to be one. Throws AppError: in use, damaged, of a newer version, not writable. */
export function openState(folder: string | undefined): StateStore | undefined {
  if (folder === undefined) return undefined
  try {
    return StateStore.open(folder)
  } catch (error) {
    throw stateAppError(error, folder)
  }
}

function stateAppError(error: unknown, path: string): unknown {
  if (!(error instanceof StateError)) return error
  if (error.problem === 'locked') return AppError.of('stateLocked', { path })
  return AppError.of('stateUnusable', { reason: error.message })
}

/** What is whole on disk and makes no sense to its part is of another program, or of a mistake of ours. */
function restoreChunk(part: Stateful | undefined, key: string, own: string, bytes: Uint8Array): void {
  try {
    part?.restore(own, bytes)
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    throw new StateError('damaged', `the chunk ${key} cannot be read: ${reason}`)
  }
}

export interface CommitterOptions {
  /** Parts of the state by the prefix of their chunks, such as `dedupe/`. */
  readonly parts: ReadonlyMap<string, Stateful>
  readonly store: StateStore | undefined
  readonly now: () => number
  /** Called with the writing itself, for whoever measures it. */
  readonly around?: (work: () => CommitFacts) => CommitFacts
  /** Said once when committing begins to fail, and once when it works again (without an error). */
  readonly onTrouble?: (error: unknown) => void
}

/** Commits that nobody waits for are this far apart, and those that somebody waits for gather this long, ms. */
const idleMs = 1000
const gatherMs = 4
const retryMs = 500

interface Waiter {
  readonly resolve: () => void
  readonly reject: (error: unknown) => void
}

export class Committer {
  readonly #options: CommitterOptions
  #waiters: Waiter[] = []
  #timer: NodeJS.Timeout | undefined
  #dueAt = Number.POSITIVE_INFINITY
  #trouble: unknown
  #isClosed = false

  constructor(options: CommitterOptions) {
    this.#options = options
  }

  /** Whether commits fail at present, such as on a full disk: nothing must be taken in then. */
  get isFailing(): boolean {
    return this.#trouble !== undefined
  }

  /** How many senders wait for a commit. */
  get waiting(): number {
    return this.#waiters.length
  }

  /** Takes back the stored state. Throws AppError when it cannot be trusted. */
  restore(): void {
    const { store, parts } = this.#options
    if (store === undefined) return
    try {
      for (const { key, bytes } of store.chunks()) {
        const prefix = key.slice(0, key.indexOf('/') + 1)
        restoreChunk(parts.get(prefix), key, key.slice(prefix.length), bytes)
      }
    } catch (error) {
      throw stateAppError(error, store.path)
    }
  }

  /** State has changed: it is committed within a second. */
  changed(): void {
    this.#schedule(idleMs)
  }

  /** Resolves when everything counted so far is durable; rejects when the next commit fails. */
  committed(): Promise<void> {
    if (this.#options.store === undefined) return Promise.resolve()
    if (this.#isClosed) return Promise.reject(new Error('the state is closed'))
    return new Promise((resolve, reject) => {
      this.#waiters.push({ resolve, reject })
      // While commits fail, the retry decides: a sender must not set the pace of a full disk.
      if (!this.isFailing) this.#schedule(gatherMs)
    })
  }

  #schedule(delayMs: number): void {
    if (this.#options.store === undefined || this.#isClosed) return
    const dueAt = this.#options.now() + delayMs
    if (this.#timer !== undefined && this.#dueAt <= dueAt) return
    clearTimeout(this.#timer)
    this.#dueAt = dueAt
    this.#timer = setTimeout(() => this.commit(), delayMs)
  }

  /** Commits now; false when it failed, and it is tried again by itself. */
  commit(): boolean {
    const { store, parts } = this.#options
    clearTimeout(this.#timer)
    this.#timer = undefined
    this.#dueAt = Number.POSITIVE_INFINITY
    const waiters = this.#waiters
    this.#waiters = []
    if (store === undefined) return true
    const write = (): CommitFacts =>
      store.commit((out) => {
        for (const [prefix, part] of parts) part.save(prefixed(out, prefix))
      })
    try {
      if (this.#options.around === undefined) write()
      else this.#options.around(write)
      for (const part of parts.values()) part.saved()
      if (this.#trouble !== undefined) this.#options.onTrouble?.(undefined)
      this.#trouble = undefined
      for (const { resolve } of waiters) resolve()
      return true
    } catch (error) {
      if (this.#trouble === undefined) this.#options.onTrouble?.(error)
      this.#trouble = error
      for (const { reject } of waiters) reject(error)
      this.#schedule(retryMs)
      return false
    }
  }

  /** The last commit: what changes after it is not kept. */
  close(): boolean {
    this.#isClosed = true
    return this.commit()
  }
}
