/** What became of the records of each source, and how far behind it is. */
import { type ChunkWriter, jsonBytes, jsonOf, type Stateful } from '../events/chunk.ts'
import type { RejectionReason } from '../events/rejection.ts'
import { type Lane, Watermark, type WatermarkLimits } from '../events/watermark.ts'
import { type RecordResult, recordResults } from '../outputs/conventions.ts'
import { RejectionSamples } from './rejection-samples.ts'

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
  /** Since the start: what is read again after a restart is sampled again. */
  readonly samples = new RejectionSamples()
  /** Events, where the results above are records. */
  lateEvents = 0
  duplicateEvents = 0
  readonly watermark = new Watermark()
  /** How old the newest event was when it was read, ms; undefined before the first one. */
  lagMs: number | undefined
  /** Epoch ms at which a record was last read, whatever became of it; undefined before the first one. */
  lastReadAt: number | undefined

  constructor(id: string) {
    this.id = id
  }

  /** Epoch ms of the newest event that counted; -Infinity before the first. */
  get newest(): number {
    return this.watermark.newest
  }

  /** An event of the lane counted at `now`; both epoch ms. */
  advance(lane: Lane, time: number, now: number): void {
    if (time > this.watermark.newest) this.lagMs = Math.max(0, now - time)
    this.watermark.advance(lane, time)
  }

  /** Whether nothing came for so long that its objectives cannot be believed. */
  isSilent(now: number, silentAfterMs: number): boolean {
    return this.lastReadAt !== undefined && now - this.lastReadAt >= silentAfterMs
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
  readonly watermark?: number | null
  readonly lastReadAt?: number | undefined
}

/** JSON has no -Infinity. */
function finiteOrNull(time: number): number | null {
  return Number.isFinite(time) ? time : null
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

  /**
   * Epoch ms up to which all sources are believed complete: the slowest lane of those that are active, else the newest
   * event. -Infinity before the first event.
   */
  watermark(steadyMs: number, limits: WatermarkLimits): number {
    let slowest = Number.POSITIVE_INFINITY
    let newest = Number.NEGATIVE_INFINITY
    for (const { watermark } of this.#entries.values()) {
      slowest = Math.min(slowest, watermark.slowest(steadyMs, limits) ?? Number.POSITIVE_INFINITY)
      newest = Math.max(newest, watermark.newest)
    }
    return Math.max(Math.min(slowest, newest), newest - limits.maxSpreadMs)
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
    const sources = this.all().map((entry): SavedSource => {
      const { id, results, reasons, lateEvents, duplicateEvents, newest, lastReadAt } = entry
      const watermark = finiteOrNull(entry.watermark.value)
      return {
        id,
        results,
        reasons: [...reasons],
        lateEvents,
        duplicateEvents,
        newest: finiteOrNull(newest),
        watermark,
        lastReadAt,
      }
    })
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
      entry.lastReadAt = saved.lastReadAt
      entry.watermark.restore(
        saved.newest ?? Number.NEGATIVE_INFINITY,
        saved.watermark ?? Number.NEGATIVE_INFINITY,
      )
    }
  }
}
