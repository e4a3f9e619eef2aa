/** Bodies of log records that hold a record of another log: as the text of a JSON object, or as its fields. */
import type { ProtobufCursor } from './protobuf.ts'

const maxDepth = 32

type Plain = string | number | boolean | null | Plain[] | { [key: string]: Plain }

export function isJsonObject(text: string): boolean {
  const trimmed = text.trimStart()
  return trimmed.startsWith('{') && text.trimEnd().endsWith('}')
}

/** The JSON text of an AnyValue that ends at `end`; undefined where it is no object. */
export function jsonOfBody(cursor: ProtobufCursor, end: number): string | undefined {
  const value = readAny(cursor, end, 0)
  if (typeof value === 'string') return isJsonObject(value) ? value : undefined
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? JSON.stringify(value)
    : undefined
}

function readAny(cursor: ProtobufCursor, end: number, depth: number): Plain {
  let value: Plain = null
  if (depth > maxDepth) {
    // No log that we read nests that deep: the rest of it says nothing.
    cursor.at = end
    return value
  }
  while (cursor.next(end)) {
    switch (cursor.tag) {
      case 10:
        value = cursor.text(end)
        break
      case 16:
        value = cursor.word(end) !== 0
        break
      case 24:
        cursor.varint(end)
        value = (cursor.high | 0) * 4_294_967_296 + cursor.low
        break
      case 33:
        value = cursor.double(end)
        break
      case 42:
      case 50:
        value = cursor.tag === 42 ? readList(cursor, end, depth) : readFields(cursor, end, depth)
        break
      default:
        cursor.skip(end)
    }
  }
  return value
}

function readList(cursor: ProtobufCursor, end: number, depth: number): Plain[] {
  const stop = cursor.length(end)
  const list: Plain[] = []
  while (cursor.next(stop)) {
    if (cursor.tag !== 10) {
      cursor.skip(stop)
      continue
    }
    const inner = cursor.length(stop)
    list.push(readAny(cursor, inner, depth + 1))
  }
  return list
}

function readFields(cursor: ProtobufCursor, end: number, depth: number): Plain {
  const stop = cursor.length(end)
  const fields = new Map<string, Plain>()
  while (cursor.next(stop)) {
    if (cursor.tag !== 10) {
      cursor.skip(stop)
      continue
    }
    const pair = cursor.length(stop)
    let key = ''
    let value: Plain = null
    while (cursor.next(pair)) {
      if (cursor.tag === 10) key = cursor.text(pair)
      else if (cursor.tag === 18) value = readAny(cursor, cursor.length(pair), depth + 1)
      else cursor.skip(pair)
    }
    fields.set(key, value)
  }
  return Object.fromEntries(fields)
}

/** The same of OTLP's JSON form. */
export function plainOf(value: unknown, depth = 0): Plain {
  if (depth > maxDepth || typeof value !== 'object' || value === null) return null
  const { stringValue, boolValue, intValue, doubleValue, arrayValue, kvlistValue } = value as Record<
    string,
    unknown
  >
  if (typeof stringValue === 'string') return stringValue
  if (typeof boolValue === 'boolean') return boolValue
  if (typeof intValue === 'string' || typeof intValue === 'number') return Number(intValue)
  if (typeof doubleValue === 'number') return doubleValue
  if (arrayValue !== undefined) return valuesOf(arrayValue).map((one) => plainOf(one, depth + 1))
  if (kvlistValue === undefined) return null
  return Object.fromEntries(
    valuesOf(kvlistValue).flatMap((pair) => {
      if (typeof pair !== 'object' || pair === null || !('key' in pair) || typeof pair.key !== 'string')
        return []
      return [[pair.key, plainOf('value' in pair ? pair.value : undefined, depth + 1)]]
    }),
  )
}

function valuesOf(list: unknown): readonly unknown[] {
  if (typeof list !== 'object' || list === null || !('values' in list)) return []
  return Array.isArray(list.values) ? list.values : []
}
