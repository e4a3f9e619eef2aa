/** One HTTP request of records: its bytes go to the pipeline, and its sender is told what became of them. */
import type { Decoder } from '../connectors/decode.ts'
import type { Rejection } from '../events/rejection.ts'
import type { Pipeline } from './pipeline.ts'
import type { RecordOutcomes, StreamListener } from './streams.ts'

const shownRejections = 20

export class IngestRequest {
  readonly #decoder: Decoder
  readonly #outcomes: RecordOutcomes = { accepted: 0, duplicate: 0, late: 0, rejected: 0, irrelevant: 0 }
  readonly #rejections: { readonly offset: number; readonly reason: string; readonly message: string }[] = []
  readonly #pipeline: Pipeline

  readonly #committed: () => Promise<void>

  constructor(pipeline: Pipeline, committed: () => Promise<void>) {
    this.#pipeline = pipeline
    this.#committed = committed
    const listener: StreamListener = {
      counted: (result) => {
        this.#outcomes[result]++
      },
      rejected: (rejection, offset) => this.#note(rejection, offset),
    }
    this.#decoder = pipeline.decoder(listener, { transport: 'webhook', lane: 'webhook' })
  }

  #note(rejection: Rejection, offset: number): void {
    if (this.#rejections.length < shownRejections) this.#rejections.push({ offset, ...rejection })
  }

  get offset(): number {
    return this.#decoder.offset
  }

  get isBetweenRecords(): boolean {
    return this.#decoder.isBetweenRecords
  }

  push(chunk: Uint8Array): void {
    this.#pipeline.beginBatch()
    this.#decoder.push(chunk)
  }

  end(): void {
    this.#decoder.end()
  }

  /** What the sender is told, once it is durable; rejects when it cannot be made so. */
  async settled(): Promise<unknown> {
    await this.#committed()
    return this.summary()
  }

  /** `rejections` holds the first few, with the byte at which each record starts. */
  private summary(): unknown {
    const { duplicate, ...outcomes } = this.#outcomes
    return { ...outcomes, duplicates: duplicate, rejections: this.#rejections }
  }
}
