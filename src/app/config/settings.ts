/** The schema as a flat list of settings: what messages, environment variables and docs need of it. */
import { z } from 'zod'
import { secretForm } from './secret.ts'

/** The parts of a JSON schema that our schemas use. */
export interface SchemaNode {
  readonly type?: 'object' | 'array' | 'string' | 'integer' | 'number' | 'boolean' | undefined
  readonly description?: string | undefined
  readonly default?: unknown
  readonly properties?: Readonly<Record<string, SchemaNode>> | undefined
  readonly items?: SchemaNode | undefined
  readonly enum?: readonly string[] | undefined
  readonly minimum?: number | undefined
  readonly maximum?: number | undefined
  readonly minItems?: number | undefined
  /** Only references to secrets have one. */
  readonly pattern?: string | undefined
}

export interface Setting {
  readonly path: readonly string[]
  readonly node: SchemaNode
}

/** JSON schema of what may be written in a file. */
export function schemaNode(schema: z.ZodType): SchemaNode {
  return z.toJSONSchema(schema, { io: 'input', target: 'draft-7' }) as SchemaNode
}

/** All settings that hold a value, in the order of the schema; a list is one setting. */
export function settingsOf(node: SchemaNode, path: readonly string[] = []): readonly Setting[] {
  if (node.properties === undefined) return [{ path, node }]
  return Object.entries(node.properties).flatMap(([key, below]) => settingsOf(below, [...path, key]))
}

/** The schema of a place in the file; undefined where nothing is allowed. */
export function nodeAt(root: SchemaNode, path: readonly PropertyKey[]): SchemaNode | undefined {
  let node: SchemaNode | undefined = root
  for (const step of path) {
    const properties: SchemaNode['properties'] = node?.properties
    if (typeof step === 'number') node = node?.items
    else node = properties && Object.hasOwn(properties, step) ? properties[String(step)] : undefined
  }
  return node
}

/** What a value must be, for messages and docs: `a whole number from 0 to 65535`. */
export function requirement(node: SchemaNode): string {
  if (node.pattern !== undefined) return `a reference to a secret, ${secretForm}`
  if (node.enum !== undefined) return `one of ${node.enum.join(', ')}`
  switch (node.type) {
    case 'integer':
      return `a whole number from ${node.minimum} to ${node.maximum}`
    case 'number':
      return `a number from ${node.minimum} to ${node.maximum}`
    case 'boolean':
      return 'true or false'
    case 'array':
      return `a list${node.minItems ? ' that is not empty' : ''}, each ${requirement(node.items ?? {})}`
    case 'object':
      return `a mapping with ${Object.keys(node.properties ?? {}).join(', ')}`
    default:
      return 'text'
  }
}

/** `sources.files[0].path`; empty for the whole file. */
export function pathText(path: readonly PropertyKey[]): string {
  return path.reduce<string>((text, step) => {
    if (typeof step === 'number') return `${text}[${step}]`
    return text === '' ? String(step) : `${text}.${String(step)}`
  }, '')
}
