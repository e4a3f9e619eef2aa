/** One short text for a list of attributes, in whichever order they are listed. */
import { fingerprint } from '../fingerprint.ts'

export function digestOf(parts: readonly string[]): string {
  return fingerprint(parts.toSorted((a, b) => (a < b ? -1 : 1)).join('\n'))
}
