/** What reading a record through a shape means, said plainly: the reference that the byte reader is compared with. */
import type { JsonObject, JsonValue, Shape } from '../../src/connectors/connector.ts'
import type { RejectionReason } from '../../src/events/rejection.ts'
import { type Tree, textOf, treeOf } from './json-text.ts'

export class Refused extends Error {
  readonly reason: RejectionReason
  constructor(reason: RejectionReason) {
    super(reason)
    this.reason = reason
  }
}

function folded(key: string): string {
  return key.replace(/[A-Z]/g, (letter) => letter.toLowerCase())
}

/** Throws Refused for what is refused on purpose; the first one, in the order of the text. */
export function project(tree: Tree, shape: Shape): JsonObject {
  if (tree.kind !== 'object') throw new Error('a record is an object')
  const out: Record<string, JsonValue> = {}
  const exact = new Set<string>()
  for (const [key, value] of tree.members) {
    if (folded(key) === '__proto__') throw new Refused('invalid_field')
    const known = Object.keys(shape).find((candidate) => folded(candidate) === folded(key))
    if (known === undefined) continue
    if (key === known) {
      if (exact.has(key)) throw new Refused('invalid_field')
      exact.add(key)
    } else if (Object.hasOwn(out, known)) continue
    out[known] = projectValue(value, shape[known] ?? true)
  }
  return out
}

function projectValue(tree: Tree, shape: Shape | true): JsonValue {
  if (tree.kind === 'text') return projectText(tree.text, shape)
  if (tree.kind === 'encoded') return shape === true ? textOf(tree) : projectValue(tree.tree, shape)
  if (tree.kind === 'array') return tree.elements.map((element) => projectValue(element, shape))
  if (tree.kind === 'object') return shape === true ? whole(tree.members) : project(tree, shape)
  const value: unknown = JSON.parse(tree.text)
  if (typeof value === 'number' && !Number.isFinite(value)) throw new Refused('invalid_field')
  return value as JsonValue
}

function projectText(text: string, shape: Shape | true): JsonValue {
  if (text.includes('\0') || !text.isWellFormed()) throw new Refused('invalid_text')
  const trimmed = text.trim()
  if (shape === true || !/^[[{]/.test(trimmed)) return text
  let parsed: unknown
  try {
    parsed = JSON.parse(trimmed)
  } catch {
    return text
  }
  return projectValue(treeOf(parsed), shape)
}

function whole(members: readonly (readonly [key: string, value: Tree])[]): JsonObject {
  const out: Record<string, JsonValue> = {}
  for (const [key, value] of members) {
    projectText(key, true)
    if (key === '__proto__' || Object.hasOwn(out, key)) throw new Refused('invalid_field')
    out[key] = projectValue(value, true)
  }
  return out
}
