/**
 * The newest records that gave no event, a few of each reason: where each stands and what is wrong with it. What stood in
 * the record is not kept, since a record that nobody could read may hold anything; messages quote nothing of it.
 */
import type { Rejection, RejectionReason } from '../events/rejection.ts'
import type { StreamPlace } from './streams.ts'

export interface RejectionSample {
  readonly reason: RejectionReason
  readonly message: string
  /** Where it came from: a file, a topic's partition, `webhook`. */
  readonly transport: StreamPlace['transport']
  readonly lane: string
  /** Byte at which the record begins in its (unpacked) stream; of Kafka, in its message. */
  readonly position: number
  /** Epoch ms at which it was read. */
  readonly readAt: number
}

/** Of one reason. There are 14 reasons, and as many sources as connectors. */
const samplesPerReason = 5

export class RejectionSamples {
  readonly #byReason = new Map<RejectionReason, RejectionSample[]>()

  add(
    { reason, message }: Rejection,
    { transport, lane }: StreamPlace,
    position: number,
    readAt: number,
  ): void {
    const kept = this.#byReason.get(reason)
    const sample: RejectionSample = { reason, message, transport, lane, position, readAt }
    if (kept === undefined) this.#byReason.set(reason, [sample])
    else if (kept.push(sample) > samplesPerReason) kept.shift()
  }

  /** By reason, the newest of each first. */
  all(): readonly RejectionSample[] {
    return [...this.#byReason]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .flatMap(([, samples]) => samples.toReversed())
  }
}
