/** Which times the events of a run are of: from the oldest to the newest that counted, and before which they are late. */
import { type ChunkWriter, jsonBytes, jsonOf, type Stateful } from '../events/chunk.ts'
import { finestMs } from '../indicators/tally.ts'

const bounds = ['newest', 'oldest', 'floor'] as const

export class EventSpan implements Stateful {
  /** Epoch ms; not finite before the first event. */
  newest = Number.NEGATIVE_INFINITY
  oldest = Number.POSITIVE_INFINITY
  /** Events before it are late, epoch ms. It never goes back: what was seen before it is forgotten. */
  floor = Number.NEGATIVE_INFINITY

  /** Of an event that counted, epoch ms. */
  take(time: number): void {
    if (time > this.newest) this.newest = time
    if (time < this.oldest) this.oldest = time
  }

  /** Epoch ms: where the finest bucket of the newest event ends; undefined before the first. */
  get end(): number | undefined {
    return Number.isFinite(this.newest) ? (Math.floor(this.newest / finestMs) + 1) * finestMs : undefined
  }

  save(out: ChunkWriter): void {
    for (const bound of bounds) if (Number.isFinite(this[bound])) out.put(bound, jsonBytes(this[bound]))
  }

  saved(): void {
    // Small, and written with every commit.
  }

  restore(key: string, bytes: Uint8Array): void {
    const bound = bounds.find((each) => each === key)
    if (bound === undefined) throw new Error(`no bound of time is called ${key}`)
    this[bound] = jsonOf<number>(bytes)
  }
}
