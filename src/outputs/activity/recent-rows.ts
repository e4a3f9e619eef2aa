/** The newest rows of one kind, such as changes of rights: a bounded number, kept through restarts. */
import { type ChunkWriter, jsonBytes, jsonOf, type Stateful } from '../../events/chunk.ts'
import { detached } from '../../events/detach.ts'

interface Entry<Row> {
  readonly id: string
  /** Epoch ms. */
  readonly at: number
  readonly row: Row
}

function isBefore<Row>(a: Entry<Row>, b: Entry<Row>): boolean {
  return a.at < b.at || (a.at === b.at && a.id < b.id)
}

/** Which rows are kept depends on their times alone, and not on the order in which they come. */
export class RecentRows<Row> implements Stateful {
  readonly #capacity: number
  /** Oldest first. */
  readonly #entries: Entry<Row>[] = []
  /** By id; undefined for one that is gone. */
  readonly #dirty = new Map<string, Entry<Row> | undefined>()

  constructor(capacity: number) {
    this.#capacity = capacity
  }

  /** @param id of the event: each comes once @param at epoch ms */
  add(id: string, at: number, row: Row): void {
    const entry = { id: detached(id), at, row }
    this.#insert(entry)
    this.#dirty.set(entry.id, entry)
    if (this.#entries.length <= this.#capacity) return
    const oldest = this.#entries.shift()
    if (oldest !== undefined) this.#dirty.set(oldest.id, undefined)
  }

  #insert(entry: Entry<Row>): void {
    let place = this.#entries.length
    while (place > 0 && isBefore(entry, this.#entries[place - 1] ?? entry)) place--
    this.#entries.splice(place, 0, entry)
  }

  newestFirst(): readonly Row[] {
    return this.#entries.map(({ row }) => row).reverse()
  }

  save(out: ChunkWriter): void {
    for (const [id, entry] of this.#dirty) {
      if (entry === undefined) out.remove(encodeURIComponent(id))
      else out.put(encodeURIComponent(id), jsonBytes(entry))
    }
  }

  saved(): void {
    this.#dirty.clear()
  }

  restore(_key: string, bytes: Uint8Array): void {
    this.#insert(jsonOf<Entry<Row>>(bytes))
  }
}
