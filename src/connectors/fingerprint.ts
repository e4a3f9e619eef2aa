/** Stable ids for records that carry none of their own: a digest of what they say. */

/**
 * 64 bits in hexadecimal, the same on every machine. Spreads well but is no cryptographic hash: for telling records
 * of one instant apart, not for hiding what was hashed.
 */
export function fingerprint(text: string): string {
  let low = 0x811c9dc5
  let high = 0xcbf29ce4
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i)
    low = Math.imul(low ^ unit, 0x01000193)
    high = Math.imul(high ^ unit, 0x85ebca6b) ^ (low >>> 15)
  }
  return hex(mixed(low ^ (high >>> 16))) + hex(mixed(high ^ Math.imul(low, 0xc2b2ae35)))
}

function mixed(value: number): number {
  const once = Math.imul(value ^ (value >>> 16), 0x85ebca6b)
  const twice = Math.imul(once ^ (once >>> 13), 0xc2b2ae35)
  return (twice ^ (twice >>> 16)) >>> 0
}

const byteDigits: readonly string[] = Array.from({ length: 256 }, (_, byte) =>
  byte.toString(16).padStart(2, '0'),
)

function hex(value: number): string {
  const digits = byteDigits
  return `${digits[value >>> 24]}${digits[(value >>> 16) & 255]}${digits[(value >>> 8) & 255]}${digits[value & 255]}`
}
