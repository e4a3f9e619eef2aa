/** Shapes compiled for look-up by key bytes: which fields of an object are read, and which are passed over. */
import type { Shape } from '../connector.ts'

/** What is below a key: a compiled shape, or `undefined` for a value that is taken whole. */
export interface ShapeEntry {
  readonly key: string
  readonly bytes: Uint8Array
  readonly hash: number
  readonly node: ShapeNode | undefined
  /** The key's value may be an array whose elements are records of their own. */
  readonly envelope: boolean
}

export interface ShapeNode {
  /** Open addressing; the length is a power of two. */
  slots: (ShapeEntry | undefined)[]
}

const fold = 0x20

/** Case-insensitive for ASCII letters; other bytes may collide, which `findEntry` sorts out. */
export function keyHash(bytes: Uint8Array, start: number, end: number): number {
  let hash = end - start
  for (let i = start; i < end; i++) hash = (Math.imul(hash, 31) + ((bytes[i] as number) | fold)) | 0
  return hash
}

function isLetter(byte: number): boolean {
  const folded = byte | fold
  return folded >= 97 && folded <= 122
}

function sameKey(entry: ShapeEntry, bytes: Uint8Array, start: number): boolean {
  const key = entry.bytes
  for (let i = 0; i < key.length; i++) {
    const a = key[i] as number
    const b = bytes[start + i] as number
    if (a !== b && ((a | fold) !== (b | fold) || !isLetter(a))) return false
  }
  return true
}

export function findEntry(
  node: ShapeNode,
  hash: number,
  bytes: Uint8Array,
  start: number,
  length: number,
): ShapeEntry | undefined {
  const slots = node.slots
  const mask = slots.length - 1
  for (let slot = hash & mask; ; slot = (slot + 1) & mask) {
    const entry = slots[slot]
    if (entry === undefined) return undefined
    if (entry.hash === hash && entry.bytes.length === length && sameKey(entry, bytes, start)) return entry
  }
}

function insert(node: ShapeNode, entry: ShapeEntry): void {
  const other = findEntry(node, entry.hash, entry.bytes, 0, entry.bytes.length)
  if (other !== undefined)
    throw new Error(
      `shapes spell one key in two ways, ${other.key} and ${entry.key}: one of them would never be read`,
    )
  const mask = node.slots.length - 1
  let slot = entry.hash & mask
  while (node.slots[slot] !== undefined) slot = (slot + 1) & mask
  node.slots[slot] = entry
}

function newEntry(key: string, node: ShapeNode | undefined, envelope: boolean): ShapeEntry {
  const bytes = new TextEncoder().encode(key)
  return { key, bytes, hash: keyHash(bytes, 0, bytes.length), node, envelope }
}

/** The union of shapes: where one takes a value whole and another goes into it, whole wins. */
function merge(shapes: readonly Shape[]): Shape {
  const merged: Record<string, Shape | true> = {}
  for (const shape of shapes) {
    for (const [key, value] of Object.entries(shape)) {
      const before = merged[key]
      if (before === undefined) merged[key] = value
      else if (before === true || value === true) merged[key] = true
      else merged[key] = merge([before, value])
    }
  }
  return merged
}

/** Keys that never belong in a record: reading them would be a prototype attack or a mistake. */
export const forbiddenKey = '__proto__'

function compileInto(node: ShapeNode, shape: Shape, extra: readonly ShapeEntry[]): ShapeNode {
  const keys = Object.keys(shape)
  let size = 8
  while (size < (keys.length + extra.length + 1) * 3) size *= 2
  node.slots = new Array<ShapeEntry | undefined>(size).fill(undefined)
  for (const key of keys) {
    const below = shape[key]
    const child = below === true || below === undefined ? undefined : compileInto({ slots: [] }, below, [])
    insert(node, newEntry(key, child, false))
  }
  for (const entry of extra) insert(node, entry)
  insert(node, newEntry(forbiddenKey, undefined, false))
  return node
}

/** Wrappers of one record, and keys whose array holds many: see envelopes.ts for what each is. */
export interface EnvelopeKeys {
  readonly wrappers: readonly string[]
  readonly arrays: readonly string[]
}

/** Compiles the union of all connectors' shapes, so that a record is read once whatever it turns out to be. */
export function compileShapes(shapes: readonly Shape[], envelopes: EnvelopeKeys): ShapeNode {
  const union = merge(shapes)
  const root: ShapeNode = { slots: [] }
  const extra: ShapeEntry[] = []
  for (const key of envelopes.wrappers) if (union[key] === undefined) extra.push(newEntry(key, root, false))
  for (const key of envelopes.arrays) if (union[key] === undefined) extra.push(newEntry(key, undefined, true))
  return compileInto(root, union, extra)
}
