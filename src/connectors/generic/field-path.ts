/** Paths of fields as mappings write them: `request.user`, with double quotes around a key that holds dots. */
import type { JsonObject, JsonValue, Shape } from '../connector.ts'
import { envelopeKeys } from '../envelopes.ts'
import { object } from '../fields.ts'

export type FieldPath = readonly string[]

const quoted = /^"([^"]+)"(?:\.|$)/
const plain = /^([^."\s[\]]+)(?:\.|$)/
const maxKeys = 8

/** Taken off, or cut up, before a connector sees the record. */
const wrappers: ReadonlySet<string> = new Set(
  [...envelopeKeys.arrays, ...envelopeKeys.wrappers, 'arrival', 'data', 'awslogs', 'detail-type'].map((key) =>
    key.toLowerCase(),
  ),
)

function keysOf(path: string): FieldPath | undefined {
  const keys: string[] = []
  let rest = path
  while (rest !== '') {
    const found = quoted.exec(rest) ?? plain.exec(rest)
    if (found?.[1] === undefined) return undefined
    keys.push(found[1])
    rest = rest.slice(found[0].length)
  }
  return path.endsWith('.') ? undefined : keys
}

/** What is wrong with a path that a mapping gives; `undefined` if nothing is. */
export function pathProblem(path: string): string | undefined {
  const keys = keysOf(path)
  if (keys === undefined || keys.length === 0)
    return 'is no path: expected keys with dots between them, such as request.user; a key that holds dots or spaces stands in double quotes'
  if (keys.length > maxKeys) return `goes deeper than ${maxKeys} keys`
  if (keys.includes('__proto__')) return 'holds the key __proto__, which is not allowed in records'
  const [first = ''] = keys
  if (wrappers.has(first.toLowerCase()))
    return `begins with ${first}, a wrapper that is taken off before: begin with a field inside it`
  return undefined
}

/** Keys match in any letter case, and one spelling has to be the same for all connectors: the first one's. */
function spelledAs(key: string, shapes: readonly Shape[]): string {
  const lower = key.toLowerCase()
  for (const shape of shapes)
    for (const known of Object.keys(shape)) if (known.toLowerCase() === lower) return known
  return key
}

function isNested(shape: Shape | true | undefined): shape is Shape {
  return typeof shape === 'object'
}

/** The keys of a valid path, spelled as connectors that read the same place spell them. */
export function parsePath(path: string, shapes: readonly Shape[]): FieldPath {
  let level = shapes
  return (keysOf(path) ?? []).map((key) => {
    const spelled = spelledAs(key, level)
    level = level.map((shape) => shape[spelled]).filter(isNested)
    return spelled
  })
}

interface MutableShape {
  [key: string]: MutableShape
}

/**
 * The shape of paths. Their ends are empty shapes: texts, numbers and booleans are read, objects below them are not, so that a
 * mapping never makes other connectors' objects be read whole.
 */
export function shapeOf(paths: readonly FieldPath[]): Shape {
  const shape: MutableShape = {}
  for (const path of paths) {
    let level = shape
    for (const key of path) {
      const below: MutableShape = level[key] ?? {}
      level[key] = below
      level = below
    }
  }
  return shape
}

export function valueAt(record: JsonObject, path: FieldPath | undefined): JsonValue | undefined {
  if (path === undefined) return undefined
  let value: JsonValue | undefined = record
  for (const key of path) value = object(value)?.[key]
  return value
}
