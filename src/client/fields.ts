/** Reads fields of what SDKs return and throw: a wrong type reads as absent, and getters that throw as well. */

export type Fields = Readonly<Record<string, unknown>>

export function isFields(value: unknown): value is Fields {
  return (typeof value === 'object' && value !== null) || typeof value === 'function'
}

export function field(from: unknown, name: string): unknown {
  if (!isFields(from)) return undefined
  try {
    return from[name]
  } catch {
    return undefined
  }
}

export function textField(from: unknown, name: string): string | undefined {
  const value = field(from, name)
  return typeof value === 'string' ? value : undefined
}

export function numberField(from: unknown, name: string): number | undefined {
  const value = field(from, name)
  return typeof value === 'number' && Number.isFinite(value) ? value : undefined
}

/** Name of an object's class. */
export function className(value: object): string {
  const name = textField(value.constructor, 'name')
  return name === undefined || name === '' ? 'unknown' : name
}
