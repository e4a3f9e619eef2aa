/** What is said about each batch on its way: one place that knows which span, counter and attribute that is. */
import { selfLabels, selfMetrics } from '../outputs/conventions.ts'
import { SampledTimer } from '../platform/telemetry/sampled-timer.ts'
import type { Counter, Telemetry } from '../platform/telemetry/telemetry.ts'

export interface Written {
  readonly chunks: number
  readonly bytes: number
}

export class BatchTelemetry {
  /** `begin` and `end` around the judging of each record: it runs in turns with decoding. */
  readonly judging: SampledTimer
  readonly #telemetry: Telemetry
  readonly #now: () => number
  readonly #batches: Counter
  readonly #decoderInput: Counter
  readonly #rows: Counter
  readonly #bytes: Counter

  /** `now` in ms, with fractions. */
  constructor(telemetry: Telemetry, now: () => number = () => performance.now()) {
    this.judging = new SampledTimer(now)
    this.#telemetry = telemetry
    this.#now = now
    this.#batches = telemetry.counter(selfMetrics.batches)
    this.#decoderInput = telemetry.counter(selfMetrics.decoderInput)
    this.#rows = telemetry.counter(selfMetrics.rowsWritten)
    this.#bytes = telemetry.counter(selfMetrics.commitBytes)
  }

  /** Everything from fetching to judging of one batch of a source, such as `files`. */
  batch<T>(source: string, work: () => T): T {
    this.#batches.add(1, { [selfLabels.source]: source })
    return this.#telemetry.span('batch', { [selfLabels.source]: source }, work)
  }

  fetch<T>(source: string, work: () => T): T {
    return this.#telemetry.span('fetch', { [selfLabels.source]: source }, work)
  }

  /** Hands bytes to a decoder; what of the time was judging is told apart from decoding. */
  decode(source: string, bytes: number, work: () => void): void {
    const startedAt = this.#now()
    this.judging.take()
    work()
    const total = (this.#now() - startedAt) / 1000
    const judged = Math.min(total, this.judging.take())
    const attributes = { [selfLabels.source]: source, bytes }
    this.#decoderInput.add(bytes, { [selfLabels.source]: source })
    this.#telemetry.record('decode', attributes, total - judged)
    this.#telemetry.record('judge', attributes, judged)
  }

  commit<T extends Written>(work: () => T): T {
    const written = this.#telemetry.span('commit', {}, work)
    this.#rows.add(written.chunks)
    this.#bytes.add(written.bytes)
    return written
  }

  render<T>(what: string, work: () => Promise<T>): Promise<T> {
    return this.#telemetry.asyncSpan('render', { what }, work)
  }

  /** Depths by the name of the queue, asked for once a scrape. */
  watchQueues(read: () => Readonly<Record<string, number>>): void {
    this.#telemetry.gauge(selfMetrics.queueDepth, () =>
      Object.entries(read()).map(([queue, value]) => ({ value, attributes: { [selfLabels.queue]: queue } })),
    )
  }
}
