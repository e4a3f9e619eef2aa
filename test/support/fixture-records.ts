/** The documents of the connectors' own fixtures, as values to plant things in. */
import { existsSync, readdirSync, readFileSync } from 'node:fs'

const connectors = new URL('../../src/connectors/', import.meta.url)

export interface FixtureDocument {
  readonly connector: string
  readonly document: unknown
}

function parsed(text: string): readonly unknown[] {
  try {
    return [JSON.parse(text)]
  } catch {
    return []
  }
}

/** Documents that are no JSON on purpose are left out. */
export function fixtureDocuments(): readonly FixtureDocument[] {
  return (
    readdirSync(connectors, { withFileTypes: true })
      // Mappings of one's own have no records of ours.
      .filter((entry) => entry.isDirectory() && existsSync(new URL(`${entry.name}/fixtures/`, connectors)))
      .flatMap(({ name: connector }) => {
        const folder = new URL(`${connector}/fixtures/`, connectors)
        return readdirSync(folder)
          .filter((file) => /\.(nd)?json$/.test(file) && !file.endsWith('.expected.json'))
          .flatMap((file) => {
            const text = readFileSync(new URL(file, folder), 'utf8')
            return (file.endsWith('.ndjson') ? text.split('\n') : [text]).flatMap(parsed)
          })
          .map((document) => ({ connector, document }))
      })
  )
}

export interface Leaf {
  /** Keys from the outside in, without the positions in arrays. */
  readonly path: readonly string[]
  readonly text: string
  /** Puts another text in its place. */
  readonly set: (text: string) => void
}

/** All texts of a document; setting one changes the document. */
export function leavesOf(value: unknown, path: readonly string[] = []): readonly Leaf[] {
  if (value === null || typeof value !== 'object') return []
  const holder = value as Record<string, unknown>
  return Object.keys(holder).flatMap((key) => {
    const inner = holder[key]
    const at = Array.isArray(value) ? path : [...path, key]
    if (typeof inner !== 'string') return leavesOf(inner, at)
    const set = (text: string): void => {
      holder[key] = text
    }
    return [{ path: at, text: inner, set }]
  })
}

/** The document with more fields in each of its objects. */
export function withFields(value: unknown, fields: Readonly<Record<string, string>>): unknown {
  if (Array.isArray(value)) return value.map((inner) => withFields(inner, fields))
  if (value === null || typeof value !== 'object') return value
  const inner = Object.entries(value).map(([key, held]): [string, unknown] => [key, withFields(held, fields)])
  return { ...fields, ...Object.fromEntries(inner) }
}
