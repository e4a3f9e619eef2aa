/** Which files are meant by the paths a user gives: files as named, folders with everything below them. */
import { readdirSync, type Stats, statSync } from 'node:fs'
import { join } from 'node:path'

export interface LogFile {
  readonly path: string
  readonly size: number
}

/** Hidden files and editors' leftovers are not logs. */
function isIgnored(name: string): boolean {
  return name.startsWith('.') || name.endsWith('~')
}

/** Removed since its folder was read, or a link to nothing. */
function isGone(error: unknown): boolean {
  return error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ELOOP')
}

/**
 * All files in the order of their paths, so that a run is repeatable; one that several links lead to comes once.
 * Throws the system's error if the path itself is not there; what is wrong below it goes to `onError`, which throws
 * unless given.
 */
export function listLogFiles(
  path: string,
  onError: (error: unknown, path: string) => void = rethrow,
): readonly LogFile[] {
  const stats = statSync(path)
  if (!stats.isDirectory()) return [{ path, size: stats.size }]
  const files: LogFile[] = []
  list(path, stats, { files, seen: new Set(), onError })
  return files
}

function rethrow(error: unknown): never {
  throw error
}

interface Listing {
  readonly files: LogFile[]
  /** Devices and inodes: links may lead to a file twice, or in circles. */
  readonly seen: Set<string>
  readonly onError: (error: unknown, path: string) => void
}

function list(path: string, stats: Stats, listing: Listing): void {
  const identity = `${stats.dev}:${stats.ino}`
  if (listing.seen.has(identity)) return
  listing.seen.add(identity)
  if (stats.isFile()) listing.files.push({ path, size: stats.size })
  if (!stats.isDirectory()) return
  let names: readonly string[]
  try {
    names = readdirSync(path)
  } catch (error) {
    listing.onError(error, path)
    return
  }
  for (const name of names.toSorted()) {
    if (!isIgnored(name)) listBelow(join(path, name), listing)
  }
}

function listBelow(path: string, listing: Listing): void {
  let stats: Stats
  try {
    stats = statSync(path)
  } catch (error) {
    if (!isGone(error)) listing.onError(error, path)
    return
  }
  list(path, stats, listing)
}
