/**
 * State that survives the process: every part of it writes the chunks that have changed, under keys of its own, and
 * takes them back one by one at the start.
 */

export interface ChunkWriter {
  put: (key: string, bytes: Uint8Array) => void
  remove: (key: string) => void
  /** Removes all chunks whose key starts with `prefix`. */
  removeAll: (prefix: string) => void
}

export interface Stateful {
  /** Writes what has changed since `saved` was last called. */
  save: (out: ChunkWriter) => void
  /** What `save` wrote is safe now. Not called when writing failed: the same changes are written again then. */
  saved: () => void
  /** Takes back one chunk; `key` without the part's own prefix. Throws on a chunk it cannot have written. */
  restore: (key: string, bytes: Uint8Array) => void
}

const encoder = new TextEncoder()
const decoder = new TextDecoder('utf-8', { fatal: true })

export function jsonBytes(value: unknown): Uint8Array {
  return encoder.encode(JSON.stringify(value))
}

/** The value that `jsonBytes` was given: chunks are checked before they get here, so its form is trusted. */
export function jsonOf<T>(bytes: Uint8Array): T {
  return JSON.parse(decoder.decode(bytes)) as T
}

/** Everything one part writes, under a prefix. */
export function prefixed(out: ChunkWriter, prefix: string): ChunkWriter {
  return {
    put: (key, bytes) => out.put(prefix + key, bytes),
    remove: (key) => out.remove(prefix + key),
    removeAll: (inner) => out.removeAll(prefix + inner),
  }
}

/** A part that another one may take the place of, as it is when it is called upon. */
export function latest(part: () => Stateful): Stateful {
  return {
    save: (out) => part().save(out),
    saved: () => part().saved(),
    restore: (key, bytes) => part().restore(key, bytes),
  }
}
