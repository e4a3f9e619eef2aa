/** Chunks of saved state in memory, in place of the store on disk. */
import type { ChunkWriter, Stateful } from '../../src/events/chunk.ts'

export class ChunkStore implements ChunkWriter {
  readonly #chunks = new Map<string, Uint8Array>()

  put(key: string, bytes: Uint8Array): void {
    // As a disk would: what is written does not change with the page that it was taken from.
    this.#chunks.set(key, bytes.slice())
  }

  remove(key: string): void {
    this.#chunks.delete(key)
  }

  removeAll(prefix: string): void {
    for (const key of this.#chunks.keys()) if (key.startsWith(prefix)) this.#chunks.delete(key)
  }

  /** Keys and contents, for tests that look for what must not be there. */
  text(): string {
    return [...this.#chunks]
      .map(([key, bytes]) => `${decodeURIComponent(key)} ${Buffer.from(bytes)}`)
      .join('\n')
  }

  entries(): ReadonlyMap<string, Uint8Array> {
    return this.#chunks
  }

  get size(): number {
    return this.#chunks.size
  }

  save(part: Stateful): void {
    part.save(this)
    part.saved()
  }

  /** In the order of the keys, as the store on disk. */
  restore<T extends Pick<Stateful, 'restore'>>(part: T): T {
    const inOrder = [...this.#chunks].sort(([a], [b]) => (a < b ? -1 : 1))
    for (const [key, bytes] of inOrder) part.restore(key, bytes)
    return part
  }
}
