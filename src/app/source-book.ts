/** What became of the records of each source, and how far behind it is. */
import { type ChunkWriter, jsonBytes, jsonOf, type Stateful } from '../events/chunk.ts'
import type { RejectionReason } from '../events/rejection.ts'
import { type RecordResult, recordResults } from '../outputs/conventions.ts'

export class SourceEntry {
  /** Connector id; `unrecognised` for records that no connector knew. */
  readonly id: string
  readonly results: Record<RecordResult, number> = {
    accepted: 0,
    duplicate: 0,
    late: 0,
    rejected: 0,
    irrelevant: 0,
  }
  readonly reasons = new Map<RejectionReason, number>()
  /** Events, where the results above are records. */
  lateEvents = 0
  duplicateEvents = 0
  /** Epoch ms of the newest event. */
  newest = Number.NEGATIVE_INFINITY
  /** How old the newest event was when it was read, ms; undefined before the first one. */
  lagMs: number | undefined

  constructor(id: string) {
    this.id = id
  }

  /** A newer event than all before it, read at `now`; both epoch ms. */
  advance(time: number, now: number): void {
    this.newest = time
    this.lagMs = Math.max(0, now - time)
  }

  count(result: RecordResult, reason?: RejectionReason): void {
    this.results[result]++
    if (reason !== undefined) this.reasons.set(reason, (this.reasons.get(reason) ?? 0) + 1)
  }
}

export interface RecordTotals extends Readonly<Record<RecordResult, number>> {
  readonly read: number
}

interface SavedSource {
  readonly id: string
  readonly results: Record<RecordResult, number>
  readonly reasons: readonly (readonly [RejectionReason, number])[]
  readonly lateEvents: number
  readonly duplicateEvents: number
  readonly newest: number | null
}

export class SourceBook implements Stateful {
  readonly #entries = new Map<string, SourceEntry>()
  #last: SourceEntry | undefined

  /** `id` is empty for what no connector recognised. */
  of(id: string): SourceEntry {
    if (this.#last?.id === id) return this.#last
    const name = id === '' ? 'unrecognised' : id
    let entry = this.#entries.get(name)
    if (entry === undefined) {
      entry = new SourceEntry(name)
      this.#entries.set(name, entry)
    }
    this.#last = entry
    return entry
  }

  all(): readonly SourceEntry[] {
    return [...this.#entries.values()].sort((a, b) => (a.id < b.id ? -1 : 1))
  }

  /** The conservation identity: read = accepted + duplicate + late + rejected + irrelevant. */
  totals(): RecordTotals {
    const totals = { read: 0, accepted: 0, duplicate: 0, late: 0, rejected: 0, irrelevant: 0 }
    for (const entry of this.#entries.values()) {
      for (const result of recordResults) {
        totals[result] += entry.results[result]
        totals.read += entry.results[result]
      }
    }
    return totals
  }

  save(out: ChunkWriter): void {
    const sources = this.all().map(
      ({ id, results, reasons, lateEvents, duplicateEvents, newest }): SavedSource => {
        return {
          id,
          results,
          reasons: [...reasons],
          lateEvents,
          duplicateEvents,
          newest: Number.isFinite(newest) ? newest : null,
        }
      },
    )
    out.put('all', jsonBytes(sources))
  }

  saved(): void {
    // Small, and written with every commit.
  }

  restore(_key: string, bytes: Uint8Array): void {
    for (const saved of jsonOf<SavedSource[]>(bytes)) {
      const entry = this.of(saved.id)
      Object.assign(entry.results, saved.results)
      for (const [reason, count] of saved.reasons) entry.reasons.set(reason, count)
      entry.lateEvents = saved.lateEvents
      entry.duplicateEvents = saved.duplicateEvents
      entry.newest = saved.newest ?? Number.NEGATIVE_INFINITY
    }
  }
}
