/** Copies of texts that outlive the buffer they were cut from. */

/** V8 keeps a slice's whole parent alive: what is stored for long must not be a slice of a 64 KB window. */
export function detached(text: string): string {
  return Buffer.from(text, 'utf8').toString('utf8')
}

export function detachedIfAny(text: string | undefined): string | undefined {
  return text === undefined ? undefined : detached(text)
}
