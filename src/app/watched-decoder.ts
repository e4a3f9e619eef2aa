/** A decoder whose work is told as part of the batch. */
import { type DecodedSink, Decoder, type DecoderPlan, type Inflate } from '../connectors/decode.ts'
import type { BatchTelemetry } from './batch-telemetry.ts'

export class WatchedDecoder extends Decoder {
  readonly #source: string
  readonly #batches: BatchTelemetry

  /** `source` is where the bytes come from: `files`, `webhook` or `kafka`. */
  constructor(
    source: string,
    batches: BatchTelemetry,
    plan: DecoderPlan,
    inflate: Inflate,
    { events, rejection }: DecodedSink,
  ) {
    super(plan, inflate, {
      events: (decoded, from) => {
        batches.judging.begin()
        events(decoded, from)
        batches.judging.end()
      },
      rejection,
    })
    this.#source = source
    this.#batches = batches
  }

  override push(chunk: Uint8Array): void {
    this.#batches.decode(this.#source, chunk.length, () => super.push(chunk))
  }
}
