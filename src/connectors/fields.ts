/** Reading loosely typed fields: a wrong type reads as absent, so that the mapping can say what is missing. */
import type { JsonObject, JsonValue } from './connector.ts'

export function text(value: JsonValue | undefined): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined
}

/** A finite number, also when it is written as a string ("3600", "0"). */
export function number(value: JsonValue | undefined): number | undefined {
  if (typeof value === 'number') return value
  if (typeof value !== 'string' || value.trim() === '') return undefined
  const parsed = Number(value)
  return Number.isFinite(parsed) ? parsed : undefined
}

export function object(value: JsonValue | undefined): JsonObject | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as JsonObject)
    : undefined
}

/** The objects of a list; other elements are passed over. */
export function objects(value: JsonValue | undefined): readonly JsonObject[] {
  return Array.isArray(value) ? value.filter((item) => object(item) !== undefined) : []
}

/** The non-empty texts of a list; other elements are passed over. */
export function texts(value: JsonValue | undefined): readonly string[] {
  const found: string[] = []
  if (Array.isArray(value)) {
    for (const item of value) if (typeof item === 'string' && item !== '') found.push(item)
  }
  return found
}
