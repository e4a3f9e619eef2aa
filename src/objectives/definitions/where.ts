/** `where` of our metric source: which events count, by exact values and globs. */
import { identityTypes, layers, providers } from '../../events/event.ts'
import { type Where, type WhereField, whereFields } from '../objective.ts'
import type { Reporter } from './problem.ts'
import type { Check } from './yaml/check.ts'
import { describe, type MapEntry, type YamlNode } from './yaml/node.ts'
import { suggestion } from './yaml/suggest.ts'

/** Fields whose values are a closed set: there a mistyped value would silently match nothing. */
const vocabularies: { readonly [field in WhereField]?: readonly string[] } = {
  provider: providers,
  layer: layers,
  identityType: identityTypes,
  criticality: ['critical', 'standard', 'batch'],
}

function snakeCase(name: string): string {
  return name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)
}

/** The field a key means; `identity_type` is the same as `identityType`. */
function fieldOf(key: string): WhereField | undefined {
  return whereFields.find((field) => field === key || snakeCase(field) === key)
}

/** Text, or a number as it is written: account ids look like numbers and may begin with 0. */
function readValue(node: YamlNode, path: string, field: WhereField, reporter: Reporter): string | undefined {
  const usable =
    node.kind === 'scalar' &&
    (typeof node.value === 'number' || (typeof node.value === 'string' && node.value.trim() !== ''))
  if (!usable) {
    const rule = 'text (exact, or a glob with * and ?) or a list of such texts'
    reporter.error(node.at, `${path} must be ${rule}; found ${describe(node)}`)
    return undefined
  }
  const vocabulary = vocabularies[field]
  if (vocabulary && !/[*?]/.test(node.source) && !vocabulary.includes(node.source)) {
    reporter.error(node.at, `${path} has no value ${describe(node)}${suggestion(node.source, vocabulary)}`)
    return undefined
  }
  return node.source
}

function readValues(entry: MapEntry, path: string, field: WhereField, reporter: Reporter): readonly string[] {
  const { value } = entry
  if (value.kind !== 'list') {
    const single = readValue(value, path, field, reporter)
    return single === undefined ? [] : [single]
  }
  if (value.items.length === 0) {
    reporter.error(
      entry.keyAt,
      `${path} is an empty list and would match nothing: give values or leave it out`,
    )
  }
  const values = value.items.map((item, i) => readValue(item, `${path}[${i}]`, field, reporter))
  return values.filter((each) => each !== undefined)
}

export const where: Check<Where> = (node, path, reporter) => {
  if (node.kind !== 'map') {
    reporter.error(node.at, `${path} must be a mapping of ${whereFields.join(', ')}; found ${describe(node)}`)
    return undefined
  }
  const selected = new Map<WhereField, readonly string[]>()
  for (const entry of node.entries) {
    const field = fieldOf(entry.key)
    if (!field) {
      reporter.error(
        entry.keyAt,
        `unknown field "${entry.key}" in ${path}${suggestion(entry.key, whereFields)}`,
      )
      continue
    }
    if (selected.has(field)) {
      reporter.error(
        entry.keyAt,
        `${path}.${field} is given twice, as ${field} and ${snakeCase(field)}: keep one`,
      )
    }
    selected.set(field, readValues(entry, `${path}.${entry.key}`, field, reporter))
  }
  return Object.fromEntries(selected)
}
