/** The part of the pipeline that a source sees, with the real decoder: notes the id of each event and each rejection. */

import type { KafkaWiring } from '../../src/app/kafka-wiring.ts'
import { availableConnectors } from '../../src/connectors/available.ts'
import { Decoder, DecoderPlan } from '../../src/connectors/decode.ts'
import { inflate } from '../../src/platform/inflate.ts'

export class NotingPipeline {
  readonly ids: string[] = []
  readonly rejections: string[] = []
  readonly #plan = new DecoderPlan(availableConnectors)

  readonly wired: KafkaWiring['pipeline'] = {
    beginBatch: () => undefined,
    decoder: () =>
      new Decoder(this.#plan, inflate, {
        events: (events) => this.ids.push(...events.map(({ id }) => id)),
        rejection: ({ reason }) => this.rejections.push(reason),
      }),
    rejectInput: ({ reason }) => this.rejections.push(reason),
  }
}

/** Positions that are durable at once. */
export class MemoryPositions {
  readonly values = new Map<string, string>()

  get(key: string): string | undefined {
    return this.values.get(key)
  }

  set(key: string, value: string): void {
    this.values.set(key, value)
  }

  committed(): Promise<void> {
    return Promise.resolve()
  }
}
