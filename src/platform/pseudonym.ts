/** Keyed pseudonyms by HMAC-SHA-256. */
import { createHmac } from 'node:crypto'

/** 16 hex digits behind `p_`: enough to tell people apart, useless without the key. */
export function keyedPseudonym(key: string): (text: string) => string {
  return (text) => `p_${createHmac('sha256', key).update(text).digest('hex').slice(0, 16)}`
}
