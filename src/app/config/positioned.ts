/** Checks positioned YAML against a schema: every problem with its line and column, what is wrong, what is allowed. */
import type { z } from 'zod'
import { fileAndLine, type Location, type Reporter } from '../../objectives/definitions/problem.ts'
import { readYaml } from '../../objectives/definitions/yaml/document.ts'
import { describe, isEmpty, type MapNode, type YamlNode } from '../../objectives/definitions/yaml/node.ts'
import { nearest, suggestion } from '../../objectives/definitions/yaml/suggest.ts'
import { nodeAt, pathText, requirement, type SchemaNode, schemaNode } from './settings.ts'

/** The one mapping of a file; an empty file is an empty mapping. Undefined: refused, and reported. */
export function readMapping(file: string, text: string, reporter: Reporter): MapNode | undefined {
  const [root, second] = readYaml(file, text, reporter)
  if (root === undefined) return { kind: 'map', entries: [], at: { file, line: 1, column: 1 } }
  if (root.kind !== 'map') {
    reporter.error(root.at, `the file must be one mapping of settings; found ${describe(root)}`)
    return undefined
  }
  if (second !== undefined) {
    reporter.error(
      second.at,
      `the file must hold one document: another begins here, after ${fileAndLine(root.at)}`,
    )
    return undefined
  }
  return root
}

/** Plain values as a schema takes them. `key:` with nothing behind it is the same as no key. */
export function plainValue(node: YamlNode): unknown {
  if (node.kind === 'scalar') return node.value
  if (node.kind === 'list') return node.items.map(plainValue)
  const entry = ({ key, value }: MapNode['entries'][number]) =>
    [key, isEmpty(value) ? undefined : plainValue(value)] as const
  return Object.fromEntries(node.entries.map(entry))
}

/** The checked value; undefined if something is wrong, all of which is reported. */
export function checkAgainst<T extends z.ZodType>(
  schema: T,
  root: MapNode,
  reporter: Reporter,
): z.output<T> | undefined {
  const result = schema.safeParse(plainValue(root))
  if (result.success) return result.data
  const allowed = schemaNode(schema)
  const { issues } = result.error
  for (const issue of issues) {
    const isAbsent = find(root, issue.path) === undefined
    if (!isAbsent || !isMistyped(issue, issues)) report(issue, root, allowed, reporter)
  }
  return undefined
}

/** A key that is missing because it is mistyped has been said to be unknown already. */
function isMistyped(missing: z.core.$ZodIssue, issues: readonly z.core.$ZodIssue[]): boolean {
  const name = missing.path.at(-1)
  const isMissing = missing.code === 'invalid_type' || missing.code === 'invalid_value'
  if (!isMissing || typeof name !== 'string') return false
  const holder = pathText(missing.path.slice(0, -1))
  return issues.some(
    (issue) =>
      issue.code === 'unrecognized_keys' &&
      pathText(issue.path) === holder &&
      issue.keys.some((key) => nearest(key, [name]) !== undefined),
  )
}

function report(issue: z.core.$ZodIssue, root: MapNode, allowed: SchemaNode, reporter: Reporter): void {
  if (issue.code === 'unrecognized_keys') {
    for (const key of issue.keys) {
      const keys = Object.keys(nodeAt(allowed, issue.path)?.properties ?? {})
      const where = issue.path.length === 0 ? '' : ` in ${pathText(issue.path)}`
      const message = `unknown key "${key}"${where}${suggestion(key, keys)}`
      reporter.error(placeOfKey(root, [...issue.path, key]), message)
    }
    return
  }
  const name = pathText(issue.path)
  const at = placeOf(root, issue.path)
  const node = find(root, issue.path)
  const rule = nodeAt(allowed, issue.path)
  if (issue.code === 'custom' || rule === undefined) reporter.error(at, `${name} ${issue.message}`)
  else if (node === undefined || isEmpty(node))
    reporter.error(at, `${name} is missing: it must be ${requirement(rule)}`)
  else reporter.error(at, `${name} must be ${requirement(rule)}; found ${found(node, rule)}`)
}

/** What stands there instead. A secret is never repeated. */
function found(node: YamlNode, rule: SchemaNode): string {
  if (rule.pattern !== undefined && node.kind === 'scalar')
    return 'something else. Keep the secret in an environment variable or a file, and name that here'
  if (node.kind === 'list' && node.items.length === 0) return 'an empty list'
  if (node.kind !== 'scalar' || rule.type !== 'string') return describe(node)
  if (rule.enum !== undefined) {
    const near = nearest(node.source, rule.enum)
    return near === undefined ? describe(node) : `${describe(node)}; did you mean "${near}"?`
  }
  return typeof node.value === 'string'
    ? describe(node)
    : `${describe(node)}; put it in quotes: "${node.source}"`
}

function find(root: YamlNode, path: readonly PropertyKey[]): YamlNode | undefined {
  let node: YamlNode | undefined = root
  for (const step of path) node = childOf(node, step)
  return node
}

function childOf(node: YamlNode | undefined, step: PropertyKey): YamlNode | undefined {
  if (node?.kind === 'list') return typeof step === 'number' ? node.items[step] : undefined
  return node?.kind === 'map' ? node.entries.find((entry) => entry.key === step)?.value : undefined
}

/** Where the value was written; where it is missing, the mapping that it is missing from. */
export function placeOf(root: MapNode, path: readonly PropertyKey[]): Location {
  const node = find(root, path)
  if (node !== undefined || path.length === 0) return (node ?? root).at
  return placeOf(root, path.slice(0, -1))
}

function placeOfKey(root: MapNode, path: readonly PropertyKey[]): Location {
  const holder = find(root, path.slice(0, -1))
  const entry = holder?.kind === 'map' ? holder.entries.find(({ key }) => key === path.at(-1)) : undefined
  return entry?.keyAt ?? placeOf(root, path)
}
