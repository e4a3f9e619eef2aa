/** A hash of everything that some state would keep: two states with the same one cannot be told apart. */
import { createHash } from 'node:crypto'
import type { Stateful } from '../../src/events/chunk.ts'
import { ChunkStore } from './chunk-store.ts'

/** Lists in which the order says when something came, and nothing else. */
const lists = /(^|\/)rotation\/waiting\//

function normalised(key: string, bytes: Uint8Array): Uint8Array | string {
  if (!lists.test(key)) return bytes
  const items: unknown[] = JSON.parse(Buffer.from(bytes).toString('utf8'))
  return JSON.stringify(items.map((item) => JSON.stringify(item)).toSorted((a, b) => (a < b ? -1 : 1)))
}

/** Of the chunks in a store, by key. */
export function digestOf(store: ChunkStore): string {
  const hash = createHash('sha256')
  const chunks = [...store.entries()].sort(([a], [b]) => (a < b ? -1 : 1))
  for (const [key, bytes] of chunks) {
    const content = normalised(key, bytes)
    hash
      .update(`${JSON.stringify(key)} ${content.length}\n`)
      .update(content)
      .update('\n')
  }
  return hash.digest('hex')
}

/** Of what a state writes when it is saved for the first time. */
export function stateDigest(state: Stateful): string {
  const store = new ChunkStore()
  store.save(state)
  return digestOf(store)
}
