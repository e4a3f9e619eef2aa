/** Which files are meant by the paths a user gives: files as named, folders with everything below them. */
import { readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'

export interface LogFile {
  readonly path: string
  readonly size: number
}

/** Hidden files and editors' leftovers are not logs. */
function isIgnored(name: string): boolean {
  return name.startsWith('.') || name.endsWith('~')
}

/** All files in the order of their paths, so that a run is repeatable. Throws the system's error. */
export function listLogFiles(path: string): readonly LogFile[] {
  const stats = statSync(path)
  if (!stats.isDirectory()) return [{ path, size: stats.size }]
  return readdirSync(path, { withFileTypes: true })
    .filter((entry) => !isIgnored(entry.name))
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((entry) => {
      const below = join(path, entry.name)
      if (entry.isDirectory()) return listLogFiles(below)
      return entry.isFile() || entry.isSymbolicLink() ? listLogFiles(below) : []
    })
}
