/** The inventory files of a run: read at the start, on a reload, and whenever they change. */
import { statSync } from 'node:fs'
import { setImmediate } from 'node:timers/promises'
import type { Inventory } from '../inventory/inventory.ts'
import type { Attribution } from './attribution.ts'
import { type InventoryFile, type InventoryReading, readInventoryFile } from './inventory-files.ts'
import { findLogFiles } from './log-inputs.ts'
import type { ServiceLog } from './service.ts'
import { errorKind } from './system-error.ts'

export interface WatchedInventory {
  readonly files: readonly InventoryFile[]
  readonly attribution: Attribution
}

/** One file as it was read last. */
export type ReadFile = Omit<InventoryReading, 'snapshot'> & {
  readonly path: string
  /** Epoch ms. */
  readonly takenAt: number
  readonly facts: number
}

interface Found extends InventoryFile {
  /** Changes whenever the file does. */
  readonly stamp: string
}

export class InventoryWatch {
  readonly #inventory: Inventory
  readonly #log: Pick<ServiceLog, 'info' | 'warn' | 'error'>
  #watched: WatchedInventory
  readonly #stamps = new Map<string, string>()
  readonly #read = new Map<string, ReadFile>()
  /** Paths that could not be read the last time, said once. */
  readonly #broken = new Set<string>()
  /** Attempts to read a file or folder that failed. */
  failures = 0

  constructor(
    inventory: Inventory,
    watched: WatchedInventory,
    log: Pick<ServiceLog, 'info' | 'warn' | 'error'>,
  ) {
    this.#inventory = inventory
    this.#watched = watched
    this.#log = log
  }

  get isEmpty(): boolean {
    return this.#watched.files.length === 0
  }

  /** Files as they were read last, in the order of their paths. */
  get files(): readonly ReadFile[] {
    return [...this.#read.values()].sort((a, b) => (a.path < b.path ? -1 : 1))
  }

  /** After a reload: everything is read again, under the new settings. */
  configure(watched: WatchedInventory): void {
    this.#watched = watched
    this.#stamps.clear()
  }

  /** Reads what changed, one file after the other, with a turn for everybody else between them. */
  async look(): Promise<void> {
    for (const file of this.#changed()) {
      this.#take(file)
      await setImmediate()
    }
  }

  /** The same at once: before anybody is served. */
  readAll(): void {
    for (const file of this.#changed()) this.#take(file)
  }

  /** Files that are new or other than they were; those that are gone say nothing any more. */
  #changed(): readonly Found[] {
    const failures = this.failures
    const found = this.#watched.files.flatMap((entry) => this.#found(entry))
    const paths = new Set(found.map(({ path }) => path))
    // A folder that cannot be listed for a moment does not take its files with it.
    if (failures === this.failures)
      for (const path of this.#read.keys()) if (!paths.has(path)) this.#forget(path)
    return found.filter(({ path, stamp }) => this.#stamps.get(path) !== stamp)
  }

  #found(entry: InventoryFile): readonly Found[] {
    try {
      return findLogFiles([entry.path]).map(({ path }) => {
        const { mtimeMs, size, ino } = statSync(path)
        return { ...entry, path, stamp: `${mtimeMs} ${size} ${ino}` }
      })
    } catch (error) {
      this.#failed(entry.path, error)
      return []
    }
  }

  #take(file: Found): void {
    const { path, stamp } = file
    try {
      const { snapshot, problems } = readInventoryFile(file, this.#watched.attribution)
      this.#stamps.set(path, stamp)
      // Half written, or emptied: what was known before is better than nothing.
      if (snapshot.facts.length === 0 && this.#read.has(path)) {
        this.#log.warn(
          { path, problems: problems.slice(0, 3) },
          'an inventory file has nothing in it now; what it had before still holds',
        )
        return
      }
      this.#inventory.replace(snapshot)
      this.#read.set(path, { path, takenAt: snapshot.takenAt, facts: snapshot.facts.length, problems })
      this.#broken.delete(path)
      const facts = { path, facts: snapshot.facts.length, problems: problems.length }
      this.#log.info(facts, 'read an inventory file')
    } catch (error) {
      this.#failed(path, error)
    }
  }

  #failed(path: string, error: unknown): void {
    this.failures++
    if (this.#broken.has(path)) return
    this.#broken.add(path)
    this.#log.error(
      { path, error: errorKind(error) },
      'an inventory file or folder cannot be read; it is tried again',
    )
  }

  #forget(path: string): void {
    this.#inventory.remove(path)
    this.#read.delete(path)
    this.#stamps.delete(path)
    this.#log.info({ path }, 'an inventory file is gone; what it listed no longer counts')
  }
}
