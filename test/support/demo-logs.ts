/** The demo's logs as plain JSON, read without any of the project's own code: an independent view of them. */
import { readdirSync, readFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { gunzipSync } from 'node:zlib'

export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json }

/** The value at a path of keys; `null` where there is none. */
export function at(value: Json, ...path: readonly (string | number)[]): Json {
  let current: Json = value
  for (const key of path) {
    if (typeof current !== 'object' || current === null) return null
    current = (current as Readonly<Record<string | number, Json>>)[key] ?? null
  }
  return current
}

export function textAt(value: Json, ...path: readonly (string | number)[]): string {
  const found = at(value, ...path)
  return found === null || typeof found === 'object' ? '' : String(found)
}

export function listAt(value: Json, ...path: readonly (string | number)[]): readonly Json[] {
  const found = at(value, ...path)
  return Array.isArray(found) ? found : []
}

/** Paths of the files of a folder in order, with `/`. */
export function filesIn(folder: URL): readonly string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder.pathname, join(entry.parentPath, entry.name)).replaceAll('\\', '/'))
    .sort()
}

export function decoded(folder: URL, path: string): string {
  return gunzipSync(readFileSync(new URL(path, folder))).toString('utf8')
}

export interface Documents {
  readonly files: number
  readonly documents: readonly Json[]
  readonly malformed: number
}

/** The documents of all files below a folder, in the order of their paths: one a line, or one a file. */
export function documentsIn(folder: URL): Documents {
  const documents: Json[] = []
  let malformed = 0
  const files = filesIn(folder)
  for (const path of files) {
    const text = decoded(folder, path)
    for (const part of path.includes('.ndjson') ? text.split('\n') : [text]) {
      if (part === '') continue
      try {
        documents.push(JSON.parse(part) as Json)
      } catch {
        malformed++
      }
    }
  }
  return { files: files.length, documents, malformed }
}

export interface Sifted {
  readonly unique: readonly Json[]
  readonly duplicates: number
  /** More than an hour behind the newest record before. */
  readonly late: number
}

/** Takes repeats out. `idOf` and `timeOf` say what makes a record the same, and when its event was. */
export function sift(
  records: readonly Json[],
  idOf: (record: Json) => string,
  timeOf: (record: Json) => string,
): Sifted {
  const seen = new Set<string>()
  const unique: Json[] = []
  let newest = 0
  let late = 0
  for (const record of records) {
    const id = idOf(record)
    if (seen.has(id)) continue
    seen.add(id)
    unique.push(record)
    const time = Date.parse(timeOf(record))
    if (time < newest - 3_600_000) late++
    newest = Math.max(newest, time)
  }
  return { unique, duplicates: records.length - unique.length, late }
}

/** Counts of good, bad and excluded by key, in the form of truth.json. */
export class Tally {
  readonly #byKey = new Map<string, { good: number; bad: number; excluded: number }>()

  add(key: string, verdict: 'good' | 'bad' | 'excluded'): void {
    const counts = this.#byKey.get(key) ?? { good: 0, bad: 0, excluded: 0 }
    counts[verdict]++
    this.#byKey.set(key, counts)
  }

  toJSON(): Json {
    return Object.fromEntries(
      [...this.#byKey].map(([key, { excluded, ...rest }]) => [
        key,
        excluded === 0 ? rest : { ...rest, excluded },
      ]),
    )
  }
}
