/** Unpacks small gzip payloads that stand inside records. */
import { gunzipSync } from 'node:zlib'

/** Gzip is unpacked up to `maxBytes`; other bytes are given back as they are; undefined when broken or larger. */
export function inflate(bytes: Uint8Array, maxBytes: number): Uint8Array | undefined {
  if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) return bytes.length <= maxBytes ? bytes : undefined
  try {
    return gunzipSync(bytes, { maxOutputLength: maxBytes })
  } catch {
    return undefined
  }
}
