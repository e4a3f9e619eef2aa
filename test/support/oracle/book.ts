/** What was sent and what was acknowledged: the oracle's side of every account. */
import type { IdentityRecord } from './fact.ts'

export class Book {
  /** Acknowledged at least once: each has to count, and once. */
  readonly acknowledged = new Set<IdentityRecord>()
  /** Deliveries of records that were acknowledged, repetitions included. */
  deliveries = 0
  /** Records of deliveries that may have been read although nobody said so. */
  unanswered = 0
  /** Records that may be read from their beginning again after a kill: those of archives. */
  archived = 0
  irrelevant = 0
  malformed = 0
  markers = 0
  readonly byChannel: Record<string, number> = {}

  acknowledge(channel: string, records: readonly IdentityRecord[]): void {
    for (const record of records) this.acknowledged.add(record)
    this.deliveries += records.length
    this.byChannel[channel] = (this.byChannel[channel] ?? 0) + records.length
  }
}
