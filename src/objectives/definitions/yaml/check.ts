/** Checks that turn nodes into typed values and report everything they refuse: what, where, and what is allowed. */
import { type Decimal, parseDecimal } from '../decimal.ts'
import type { Location, Reporter } from '../problem.ts'
import { parseShorthand, type Shorthand, shorthandForm } from '../shorthand.ts'
import { describe, isEmpty, type MapEntry, type YamlNode } from './node.ts'
import { nearest, suggestion } from './suggest.ts'

/** Undefined: refused, and reported. `path` is the field's place in its document, for messages. */
export type Check<T> = (node: YamlNode, path: string, reporter: Reporter) => T | undefined

/** A value with the place it was written. */
export interface Located<T> {
  readonly value: T
  readonly at: Location
}

/** The fields of one mapping. */
export interface Fields {
  readonly at: Location
  readonly entries: readonly MapEntry[]
  /** Whether a field is given and not empty. */
  readonly has: (name: string) => boolean
  /** The field's key; the mapping where the field is absent. */
  readonly keyOf: (name: string) => Location
  readonly required: <T>(name: string, check: Check<T>) => T | undefined
  readonly optional: <T>(name: string, check: Check<T>) => T | undefined
  /** Reports the fields of a group that are given although only one may be, or that none is. */
  readonly exactlyOne: (names: readonly [string, string]) => boolean
}

function within(path: string, name: string): string {
  return path === '' ? name : `${path}.${name}`
}

function nameOf(path: string): string {
  return path === '' ? 'the definition' : path
}

/** Opens a mapping and refuses fields that are not `allowed`; undefined if it is no mapping. */
export function readFields(
  node: YamlNode,
  path: string,
  allowed: readonly string[],
  reporter: Reporter,
): Fields | undefined {
  if (node.kind !== 'map') {
    reporter.error(
      node.at,
      `${nameOf(path)} must be a mapping with ${allowed.join(', ')}; found ${describe(node)}`,
    )
    return undefined
  }
  const mistaken = new Set(node.lost)
  for (const { key, keyAt } of node.entries) {
    if (allowed.includes(key)) continue
    const meant = nearest(key, allowed)
    if (meant !== undefined) mistaken.add(meant)
    reporter.error(keyAt, `unknown field "${key}" in ${nameOf(path)}${suggestion(key, allowed)}`)
  }
  return openFields({ entries: node.entries, at: node.at, path, reporter, mistaken })
}

interface Opened extends Pick<Fields, 'at' | 'entries'> {
  readonly path: string
  readonly reporter: Reporter
  /** Fields that a mistyped one stands for, or whose value cannot be read: nothing more need be said. */
  readonly mistaken: ReadonlySet<string>
}

function openFields({ entries, at, path, reporter, mistaken }: Opened): Fields {
  const find = (name: string) => entries.find((entry) => entry.key === name)
  const given = (name: string) => {
    const entry = find(name)
    return entry && !isEmpty(entry.value) ? entry : undefined
  }
  const has = (name: string) => given(name) !== undefined
  const keyOf = (name: string) => find(name)?.keyAt ?? at
  return {
    at,
    entries,
    has,
    keyOf,
    required: (name, check) => {
      const entry = given(name)
      if (entry) return check(entry.value, within(path, name), reporter)
      if (mistaken.has(name)) return undefined
      const what = find(name) ? 'is empty' : 'is missing'
      reporter.error(keyOf(name), `${within(path, name)} ${what}: it is required`)
      return undefined
    },
    optional: (name, check) => {
      const entry = given(name)
      return entry && check(entry.value, within(path, name), reporter)
    },
    exactlyOne: ([first, second]) => {
      if (has(first) !== has(second)) return true
      if (mistaken.has(first) || mistaken.has(second)) return false
      const count = has(first) ? 'both are given' : 'neither is given'
      const where = has(first) ? keyOf(second) : at
      reporter.error(where, `${nameOf(path)} needs exactly one of ${first} and ${second}: ${count}`)
      return false
    },
  }
}

/** Any text, also an empty one. */
export const anyText: Check<string> = (node, path, reporter) => {
  if (node.kind === 'scalar' && typeof node.value === 'string') return node.value
  const hint = node.kind === 'scalar' ? `; put it in quotes: "${node.source}"` : ''
  reporter.error(node.at, `${path} must be text; found ${describe(node)}${hint}`)
  return undefined
}

export const text: Check<string> = (node, path, reporter) => {
  const value = anyText(node, path, reporter)
  if (value === undefined || value.trim() !== '') return value
  reporter.error(node.at, `${path} must not be empty text`)
  return undefined
}

/** A check that keeps the place beside the value. */
export function located<T>(check: Check<T>): Check<Located<T>> {
  return (node, path, reporter) => {
    const value = check(node, path, reporter)
    return value === undefined ? undefined : { value, at: node.at }
  }
}

export function upTo(limit: number, check: Check<string>): Check<string> {
  return (node, path, reporter) => {
    const value = check(node, path, reporter)
    const length = [...(value ?? '')].length
    if (length <= limit) return value
    reporter.error(node.at, `${path} is ${length} characters long; at most ${limit} are allowed`)
    return undefined
  }
}

/** `description` of every kind. */
export const description = upTo(1050, anyText)

/** A name or a reference to one: an RFC 1123 label. */
export const label: Check<string> = (node, path, reporter) => {
  const value = text(node, path, reporter)
  if (value === undefined || /^[a-z0-9](?:[-a-z0-9]{0,61}[a-z0-9])?$/.test(value)) return value
  const rule = 'lower-case letters, digits and "-", beginning and ending with a letter or digit, at most 63'
  reporter.error(node.at, `${path} ${describe(node)} is not a valid name: ${rule}`)
  return undefined
}

export function oneOf<const T extends string>(allowed: readonly T[]): Check<T> {
  return (node, path, reporter) => {
    const value = node.kind === 'scalar' ? allowed.find((candidate) => candidate === node.value) : undefined
    if (value !== undefined) return value
    const word = node.kind === 'scalar' ? node.source : ''
    reporter.error(node.at, `${path} must not be ${describe(node)}${suggestion(word, allowed)}`)
    return undefined
  }
}

export const boolean: Check<boolean> = (node, path, reporter) => {
  if (node.kind === 'scalar' && typeof node.value === 'boolean') return node.value
  reporter.error(node.at, `${path} must be true or false; found ${describe(node)}`)
  return undefined
}

export const number: Check<number> = (node, path, reporter) => {
  if (node.kind === 'scalar' && typeof node.value === 'number' && Number.isFinite(node.value))
    return node.value
  reporter.error(node.at, `${path} must be a number; found ${describe(node)}`)
  return undefined
}

/** A number that is not negative, exactly as written. */
export const decimal: Check<Decimal> = (node, path, reporter) => {
  const isNumber = node.kind === 'scalar' && typeof node.value === 'number'
  const value = isNumber ? parseDecimal(node.source) : undefined
  if (value !== undefined) return value
  const quoted = node.kind === 'scalar' && typeof node.value === 'string'
  const hint = quoted && parseDecimal(node.source) ? '; leave the quotes out' : ''
  reporter.error(
    node.at,
    `${path} must be a decimal number of 0 or more, such as 99.95, with at most 15 decimal places; found ${describe(node)}${hint}`,
  )
  return undefined
}

export const duration: Check<Shorthand> = (node, path, reporter) => {
  const value =
    node.kind === 'scalar' && typeof node.value === 'string' ? parseShorthand(node.value) : undefined
  if (value !== undefined) return value
  reporter.error(node.at, `${path} must be ${shorthandForm}; found ${describe(node)}`)
  return undefined
}

/** Every item is checked; undefined if it is no list. Refused items are left out. */
export function listOf<T>(check: Check<T>): Check<readonly T[]> {
  return (node, path, reporter) => {
    if (node.kind !== 'list') {
      reporter.error(node.at, `${path} must be a list; found ${describe(node)}`)
      return undefined
    }
    const checked = node.items.map((item, i) => check(item, `${path}[${i}]`, reporter))
    return checked.filter((item) => item !== undefined)
  }
}

export function nonEmptyListOf<T>(check: Check<T>): Check<readonly T[]> {
  return (node, path, reporter) => {
    if (node.kind === 'list' && node.items.length === 0) {
      reporter.error(node.at, `${path} must have at least one item`)
      return undefined
    }
    return listOf(check)(node, path, reporter)
  }
}

/** The node itself, for what is read later. */
export const anyNode: Check<YamlNode> = (node) => node
