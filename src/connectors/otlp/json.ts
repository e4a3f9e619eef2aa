/** OTLP's JSON: names in lowerCamelCase, ids in hexadecimal, 64-bit numbers as texts. What has another type is not there. */

import { Attributes, type AttributeValue, isKnownName } from './attributes.ts'
import { digestOf } from './digest.ts'
import { type Resource, resourceOf } from './resource.ts'

export type Json = Readonly<Record<string, unknown>>

/** The request is no JSON object, or a list of it is none: nothing of it can be told. */
export class NotOtlp extends Error {}

/** A record that has a field of a type that it cannot have. */
export class WrongField extends Error {}

export function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** Numbers that lose digits as doubles, by the exact text of theirs. */
const unsafeDigits = /[:,[]\s*-?\d{16,}/

/** The object in the text. Whole numbers beyond 2^53 come as texts, exactly. Throws NotOtlp. */
export function parseRequest(text: string): Json {
  let value: unknown
  try {
    value = unsafeDigits.test(text) ? JSON.parse(text, exactly) : JSON.parse(text)
  } catch {
    throw new NotOtlp('the body is not valid JSON')
  }
  if (!isObject(value)) throw new NotOtlp('the body is not a JSON object')
  return value
}

function exactly(_key: string, value: unknown, context?: { readonly source?: string }): unknown {
  if (typeof value !== 'number' || Number.isSafeInteger(value)) return value
  return context?.source !== undefined && /^-?\d+$/.test(context.source) ? context.source : value
}

/** The objects of a repeated field, absent or null where it is empty. Throws NotOtlp for anything else. */
export function listOf(parent: Json, key: string): readonly unknown[] {
  const list = parent[key]
  if (list === undefined || list === null) return []
  if (!Array.isArray(list)) throw new NotOtlp(`${key} is not a list`)
  return list
}

function objectsOf(parent: Json, key: string): readonly Json[] {
  return listOf(parent, key).map((value) => {
    if (!isObject(value)) throw new NotOtlp(`an element of ${key} is not an object`)
    return value
  })
}

export function textIn(record: Json, key: string): string {
  const value = record[key]
  if (value === undefined || value === null) return ''
  if (typeof value !== 'string') throw new WrongField(`${key} is not a text`)
  return value
}

/** An enum or another small number. */
export function numberIn(record: Json, key: string): number {
  const value = record[key]
  if (value === undefined || value === null) return 0
  const number = typeof value === 'string' ? Number(value) : value
  if (typeof number !== 'number' || !Number.isFinite(number)) throw new WrongField(`${key} is not a number`)
  return number
}

/** An enum by number, or by its name, as generic protobuf writers put it. */
export function enumIn(record: Json, key: string, names: readonly string[]): number {
  const value = record[key]
  const named = typeof value === 'string' ? names.indexOf(value) : -1
  return named >= 0 ? named : numberIn(record, key)
}

/** Whole, up to 64 bits, as a number or a text. */
export function bigIn(record: Json, key: string): bigint {
  return toBig(record[key] ?? 0, key)
}

export function toBig(value: unknown, key: string): bigint {
  if (typeof value === 'number' && Number.isInteger(value)) return BigInt(value)
  if (typeof value === 'string' && /^-?\d{1,20}$/.test(value)) return BigInt(value)
  throw new WrongField(`${key} is not a whole number`)
}

/** A time as its two words. */
export function wordsIn(record: Json, key: string): readonly [high: number, low: number] {
  const value = bigIn(record, key)
  if (value < 0n || value >= 1n << 64n) throw new WrongField(`${key} is not a time`)
  return [Number(value >> 32n), Number(value & 0xffff_ffffn)]
}

function attributeValue(value: unknown): AttributeValue | undefined {
  if (!isObject(value)) return undefined
  const { stringValue, boolValue, intValue, doubleValue } = value
  if (typeof stringValue === 'string') return stringValue
  if (typeof boolValue === 'boolean') return boolValue
  if (typeof intValue === 'number' || typeof intValue === 'string') return Number(intValue)
  return toDouble(doubleValue)
}

/** Also written as a text: `NaN`, `Infinity`, and whole numbers that are kept exactly. */
export function toDouble(value: unknown): number | undefined {
  if (typeof value === 'number') return value
  return typeof value === 'string' && value.trim() !== '' ? Number(value) : undefined
}

/** Those that a mapping asks for. Throws WrongField. */
export function readAttributes(record: Json, into: Attributes): void {
  const list = record['attributes']
  if (list === undefined || list === null) return
  if (!Array.isArray(list)) throw new WrongField('attributes is not a list')
  for (const pair of list) {
    if (!isObject(pair)) throw new WrongField('an attribute is not an object')
    const { key } = pair
    if (typeof key !== 'string' || !isKnownName(key)) continue
    const value = attributeValue(pair['value'])
    if (value !== undefined) into.add(key, value)
  }
}

/** The frame that all three signals have in common. Throws NotOtlp. */
export function forEachRecord(
  request: Json,
  [ofResources, ofScopes, ofRecords]: readonly [string, string, string],
  read: (record: unknown, resource: Resource, scope: string) => void,
): void {
  for (const group of objectsOf(request, ofResources)) {
    const resource = resourceIn(group)
    for (const scoped of objectsOf(group, ofScopes)) {
      const { scope } = scoped
      const name = isObject(scope) && typeof scope['name'] === 'string' ? scope['name'] : ''
      for (const record of listOf(scoped, ofRecords)) read(record, resource, name)
    }
  }
}

function resourceIn(group: Json): Resource {
  const attributes = new Attributes()
  const { resource } = group
  if (!isObject(resource)) return resourceOf(attributes, '')
  try {
    readAttributes(resource, attributes)
  } catch (error) {
    if (error instanceof WrongField) throw new NotOtlp(error.message)
    throw error
  }
  const parts = listOf(resource, 'attributes').map((pair) => JSON.stringify(pair))
  return resourceOf(attributes, digestOf(parts))
}
