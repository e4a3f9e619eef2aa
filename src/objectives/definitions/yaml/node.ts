/** YAML and JSON text as plain nodes that know where they were written. */
import type { Location } from '../problem.ts'

interface ScalarNode {
  readonly kind: 'scalar'
  readonly value: string | number | boolean | null
  /** The text as written, without quotes: `99.950`, `012345678901`. */
  readonly source: string
  readonly at: Location
}

export interface MapEntry {
  readonly key: string
  readonly keyAt: Location
  readonly value: YamlNode
}

export interface MapNode {
  readonly kind: 'map'
  readonly entries: readonly MapEntry[]
  /** Keys whose values could not be read, which is reported. */
  readonly lost?: readonly string[]
  /** The key that holds the mapping; its first key where there is none. */
  readonly at: Location
}

interface ListNode {
  readonly kind: 'list'
  readonly items: readonly YamlNode[]
  readonly at: Location
}

export type YamlNode = ScalarNode | MapNode | ListNode

/** `key:` with nothing behind it is the same as no key. */
export function isEmpty(node: YamlNode): boolean {
  return node.kind === 'scalar' && node.value === null
}

/** The node in words, for messages. Long values are cut: they may be anything. */
export function describe(node: YamlNode): string {
  if (node.kind === 'map') return node.entries.length > 0 ? 'a mapping' : 'an empty mapping'
  if (node.kind === 'list') return node.items.length > 0 ? 'a list' : 'an empty list'
  if (node.value === null) return 'nothing'
  const shown = node.source.length > 40 ? `${node.source.slice(0, 40)}…` : node.source
  return typeof node.value === 'string' ? `"${shown}"` : `the ${typeof node.value} ${shown}`
}

/** Whether two nodes say the same, whatever their spelling, order of keys and place. */
export function sameContent(a: YamlNode, b: YamlNode): boolean {
  if (a === b) return true
  if (a.kind === 'scalar' && b.kind === 'scalar') return a.value === b.value
  if (a.kind === 'list' && b.kind === 'list') {
    return a.items.length === b.items.length && a.items.every((item, i) => sameAs(item, b.items[i]))
  }
  if (a.kind === 'map' && b.kind === 'map') {
    const others = new Map(b.entries.map((entry) => [entry.key, entry.value]))
    return (
      a.entries.length === b.entries.length &&
      a.entries.every((entry) => sameAs(entry.value, others.get(entry.key)))
    )
  }
  return false
}

function sameAs(a: YamlNode, b: YamlNode | undefined): boolean {
  return b !== undefined && sameContent(a, b)
}
