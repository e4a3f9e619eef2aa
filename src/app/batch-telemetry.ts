/**
 * What is said about each batch: one place that knows which span, counter and attribute that is. A batch is what one commit
 * makes durable, from its first bytes on; pieces of it cost two looks at the clock, whatever telemetry does.
 */
import { selfLabels, selfMetrics } from '../outputs/self-metrics.ts'
import { SampledTimer } from '../platform/telemetry/sampled-timer.ts'
import type { Counter, Stage, Telemetry } from '../platform/telemetry/telemetry.ts'

export interface Written {
  readonly chunks: number
  readonly bytes: number
}

/** What has been taken in since the last commit. Times in ms. */
interface OpenBatch {
  readonly startedAt: number
  readonly bytesBySource: Map<string, number>
  fetched: number
  decoded: number
  judged: number
}

/** A batch that nobody commits, because nothing is kept, ends after this time. */
const uncommittedMs = 2000

export class BatchTelemetry {
  /** `begin` and `end` around the judging of each record: it runs in turns with decoding. */
  readonly judging: SampledTimer
  readonly #telemetry: Telemetry
  readonly #now: () => number
  readonly #batches: Counter
  readonly #decoderInput: Counter
  readonly #rows: Counter
  readonly #bytes: Counter
  #open: OpenBatch | undefined
  #timer: NodeJS.Timeout | undefined

  /** `now` in ms, with fractions. */
  constructor(telemetry: Telemetry, now: () => number = () => performance.now()) {
    this.judging = new SampledTimer(now)
    this.#telemetry = telemetry
    this.#now = now
    this.#batches = telemetry.counter(selfMetrics.batches)
    this.#decoderInput = telemetry.counter(selfMetrics.decoderInput)
    this.#rows = telemetry.counter(selfMetrics.rowsWritten)
    this.#bytes = telemetry.counter(selfMetrics.commitBytes)
    // Counters are there from the start, so that their first increase is seen.
    for (const counter of [this.#batches, this.#rows, this.#bytes]) counter.add(0)
  }

  /** Gets bytes or messages from a source, without waiting. */
  fetch<T>(work: () => T): T {
    const startedAt = this.#now()
    const result = work()
    this.#batch(startedAt).fetched += this.#now() - startedAt
    return result
  }

  /** The same for a source that was waited for. */
  fetched(seconds: number): void {
    this.#batch(this.#now()).fetched += seconds * 1000
  }

  /** Hands bytes of a source, such as `files`, to a decoder; what of it was judging is told apart. */
  decode(source: string, bytes: number, work: () => void): void {
    const startedAt = this.#now()
    const batch = this.#batch(startedAt)
    this.judging.take()
    work()
    const ms = this.#now() - startedAt
    const judged = Math.min(ms, this.judging.take() * 1000)
    batch.decoded += ms - judged
    batch.judged += judged
    batch.bytesBySource.set(source, (batch.bytesBySource.get(source) ?? 0) + bytes)
  }

  /** The commit that ends the batch. */
  commit<T extends Written>(work: () => T): T {
    return this.#end(() => {
      const written = this.#telemetry.span('commit', {}, work)
      this.#rows.add(written.chunks)
      this.#bytes.add(written.bytes)
      return written
    })
  }

  /** Ends the batch without a commit. */
  flush(): void {
    this.#end(() => undefined)
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

  #batch(startedAt: number): OpenBatch {
    this.#timer ??= setTimeout(() => this.flush(), uncommittedMs).unref()
    this.#open ??= { startedAt, bytesBySource: new Map(), fetched: 0, decoded: 0, judged: 0 }
    return this.#open
  }

  #end<T>(work: () => T): T {
    const batch = this.#open
    this.#open = undefined
    clearTimeout(this.#timer)
    this.#timer = undefined
    if (batch === undefined) return work()
    const seconds = (this.#now() - batch.startedAt) / 1000
    return this.#telemetry.span(
      'batch',
      Object.fromEntries(batch.bytesBySource),
      () => this.#tell(batch, work),
      seconds,
    )
  }

  #tell<T>(batch: OpenBatch, work: () => T): T {
    this.#batches.add(1)
    for (const [source, bytes] of batch.bytesBySource)
      this.#decoderInput.add(bytes, { [selfLabels.source]: source })
    const stages: readonly (readonly [Stage, number])[] = [
      ['fetch', batch.fetched],
      ['decode', batch.decoded],
      ['judge', batch.judged],
    ]
    for (const [stage, ms] of stages) if (ms > 0) this.#telemetry.record(stage, {}, ms / 1000)
    return work()
  }
}
