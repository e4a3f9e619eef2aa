/** Network addresses in records: the fields also hold the names of services. */
import type { JsonValue } from './connector.ts'
import { text } from './fields.ts'

function isOfAddress(code: number): boolean {
  const isDigit = code >= 46 && code <= 58 && code !== 47
  const letter = code | 0x20
  return isDigit || (letter >= 97 && letter <= 102)
}

/** IPv4 or IPv6 as written; undefined for anything else. */
export function addressIn(value: JsonValue | undefined): string | undefined {
  const written = text(value)
  if (written === undefined || written.length > 45) return undefined
  for (let i = 0; i < written.length; i++) if (!isOfAddress(written.charCodeAt(i))) return undefined
  return written.includes('.') || written.includes(':') ? written : undefined
}
