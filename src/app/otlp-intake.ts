/** OTLP requests over the pipeline: each is read whole, counted, and answered once that is durable. */

import type { Decoded } from '../connectors/decode.ts'
import { sourceId } from '../connectors/otlp/span-event-base.ts'
import type { Encoding, OtlpTelemetry, Signal, TelemetrySink } from '../connectors/otlp/telemetry.ts'
import { type Rejection, reject } from '../events/rejection.ts'
import type { ExportOutcome } from '../platform/otlp/export-outcome.ts'
import type { Pipeline } from './pipeline.ts'
import type { EventSink, StreamListener, StreamPlace } from './streams.ts'

const place: StreamPlace = { transport: 'otlp', lane: 'otlp' }
const from: Decoded = { offset: 0, arrival: undefined, source: sourceId }
const encoder = new TextEncoder()
const otherLog = reject('not_relevant', 'the body of the log record is of no log that is read')

/** What was rejected of one request: how many records, and why the first one was. */
class Rejected {
  count = 0
  message = ''

  add({ message }: Rejection): void {
    if (this.count === 0) this.message = message
    this.count++
  }
}

export class OtlpIntake {
  readonly #pipeline: Pipeline
  readonly #telemetry: OtlpTelemetry
  readonly #committed: () => Promise<void>

  constructor(pipeline: Pipeline, telemetry: OtlpTelemetry, committed: () => Promise<void>) {
    this.#pipeline = pipeline
    this.#telemetry = telemetry
    this.#committed = committed
  }

  /** Rejects when it cannot be made durable. */
  async take(signal: Signal, encoding: Encoding, body: Uint8Array): Promise<ExportOutcome> {
    const outcome = this.#count(signal, encoding, body)
    if (outcome.kind === 'taken') await this.#committed()
    return outcome
  }

  #count(signal: Signal, encoding: Encoding, body: Uint8Array): ExportOutcome {
    const pipeline = this.#pipeline
    pipeline.beginBatch()
    let outcome: ExportOutcome | undefined
    const work = (): void => {
      const batch = this.#telemetry.read(signal, encoding, body)
      if (typeof batch === 'string') {
        pipeline.rejectInput(reject('unknown_format', batch), place)
        outcome = { kind: 'unreadable', why: batch }
        return
      }
      const rejected = new Rejected()
      this.#telemetry.settle(batch, pipeline.latest, this.#sink(rejected))
      outcome = { kind: 'taken', rejected: rejected.count, message: rejected.message }
    }
    if (pipeline.batches === undefined) work()
    else pipeline.batches.decode(place.transport, body.length, work)
    return outcome ?? { kind: 'taken', rejected: 0, message: '' }
  }

  #sink(rejected: Rejected): TelemetrySink {
    const listener: StreamListener = { counted: () => undefined, rejected: (why) => rejected.add(why) }
    const sink = this.#pipeline.sink(listener, place)
    return {
      events: (events) => sink.events(events, from),
      rejection: (rejection) => sink.rejection(rejection, from),
      duplicate: () => sink.duplicate(from),
      carried: (text) => this.#carried(text, rejected, sink),
    }
  }

  /** Whatever is in it, it is one log record: it is rejected once. */
  #carried(text: string, rejected: Rejected, own: EventSink): void {
    const inner = new Rejected()
    const listener: StreamListener = { counted: () => undefined, rejected: (why) => inner.add(why) }
    const sink = this.#pipeline.sink(listener, place)
    const decoder = this.#pipeline.decoderInto({
      events: sink.events,
      // Programs log JSON of all kinds: a body that no connector knows is not a broken one.
      rejection: (rejection, at) =>
        rejection.reason === 'unknown_format' || rejection.reason === 'malformed_json'
          ? own.rejection(otherLog, from)
          : sink.rejection(rejection, at),
    })
    decoder.push(encoder.encode(text))
    decoder.end()
    if (inner.count > 0) rejected.add({ reason: 'invalid_field', message: inner.message })
  }
}
