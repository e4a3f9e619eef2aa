/** A folder of a test's own with files in it, gone at the end of the block: `using workspace = new Workspace()`. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'

export class Workspace implements Disposable {
  readonly path = mkdtempSync(join(tmpdir(), 'identity-slo-'))

  /** Where a file of this folder is. */
  at(relative: string): string {
    return join(this.path, relative)
  }

  /** Writes a file, with the folders above it; gives its path. */
  write(relative: string, content: string | Uint8Array): string {
    const path = this.at(relative)
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(path, content)
    return path
  }

  /** Records as JSON lines. */
  writeRecords(relative: string, records: readonly object[]): string {
    return this.write(relative, linesOf(records))
  }

  [Symbol.dispose](): void {
    rmSync(this.path, { recursive: true, force: true })
  }
}

export function linesOf(records: readonly object[]): string {
  return records.map((record) => `${JSON.stringify(record)}\n`).join('')
}
