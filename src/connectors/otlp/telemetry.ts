/** Everything between the bytes of an OTLP request and the events that count: reads it whole, then settles it. */
import { type ChunkWriter, prefixed, type Stateful } from '../../events/chunk.ts'
import type { IdentityEvent } from '../../events/event.ts'
import { type Rejection, reject } from '../../events/rejection.ts'
import type { Candidate } from './candidate.ts'
import { KnownResources } from './groups-protobuf.ts'
import { NotOtlp, WrongField } from './json.ts'
import { readLogsJson } from './logs-json.ts'
import { readLogs } from './logs-protobuf.ts'
import { MetricSettling } from './metric-settling.ts'
import { readMetricsJson } from './metrics-json.ts'
import { readMetrics } from './metrics-protobuf.ts'
import { isPoint } from './point.ts'
import { Precedence } from './precedence.ts'
import { Malformed } from './protobuf.ts'
import { type Item, isCarried, TelemetryBatch } from './telemetry-batch.ts'
import { readTracesJson } from './traces-json.ts'
import { readTraces } from './traces-protobuf.ts'

export const signals = ['traces', 'metrics', 'logs'] as const
export type Signal = (typeof signals)[number]

export const encodings = ['protobuf', 'json'] as const
export type Encoding = (typeof encodings)[number]

/** What becomes of each span, data point and log record. */
export interface TelemetrySink {
  readonly events: (events: readonly IdentityEvent[]) => void
  readonly rejection: (rejection: Rejection) => void
  readonly duplicate: () => void
  /** A record of another log, as JSON text. */
  readonly carried: (text: string) => void
}

/** How spans that count were sampled. */
export interface SamplingCounts {
  /** Of spans that say how many they stand for, how many there were, and the sum of what they stand for. */
  known: number
  stoodFor: number
  unknown: number
}

const aboutSomethingElse = reject('not_relevant', 'the telemetry is not about tokens')
const toldByAnother = reject('not_relevant', 'another observer of the same process counts this fetch')

export class OtlpTelemetry implements Stateful {
  readonly #resources = new KnownResources()
  readonly precedence = new Precedence()
  readonly metrics = new MetricSettling(this.precedence)
  readonly sampling: SamplingCounts = { known: 0, stoodFor: 0, unknown: 0 }

  /** The request, read to its end; a text that says why it is no OTLP. Counts nothing. */
  read(signal: Signal, encoding: Encoding, bytes: Uint8Array): TelemetryBatch | string {
    const batch = new TelemetryBatch()
    try {
      if (encoding === 'json') this.#readJson(signal, bytes, batch)
      else this.#readProtobuf(signal, bytes, batch)
      return batch
    } catch (error) {
      if (error instanceof Malformed)
        return `the body is not a protobuf message of ${signal}: ${error.message}`
      // A wrong field of what frames the records spoils them all.
      if (error instanceof NotOtlp || error instanceof WrongField) return error.message
      throw error
    }
  }

  #readProtobuf(signal: Signal, bytes: Uint8Array, batch: TelemetryBatch): void {
    const read = { traces: readTraces, metrics: readMetrics, logs: readLogs }[signal]
    read(bytes, this.#resources, batch)
  }

  #readJson(signal: Signal, bytes: Uint8Array, batch: TelemetryBatch): void {
    const text = new TextDecoder().decode(bytes)
    const read = { traces: readTracesJson, metrics: readMetricsJson, logs: readLogsJson }[signal]
    read(text, batch)
  }

  /** `latest`: what is stamped later is ahead of the clock, epoch ms. */
  settle(batch: TelemetryBatch, latest: number, sink: TelemetrySink): void {
    for (let i = 0; i < batch.irrelevant; i++) sink.rejection(aboutSomethingElse)
    for (const item of batch.items) if (isCandidates(item)) for (const one of item) this.precedence.note(one)
    for (const item of batch.items) {
      if (isCandidates(item)) this.#settleCandidates(item, sink)
      else if (isCarried(item)) sink.carried(item.text)
      else if (!isPoint(item)) sink.rejection(item)
    }
    this.metrics.settle(batch.items.filter(isPoint), latest, sink)
  }

  #settleCandidates(candidates: readonly Candidate[], sink: TelemetrySink): void {
    const events = candidates.flatMap((candidate) => this.precedence.counted(candidate))
    if (events.length === 0) {
      sink.rejection(toldByAnother)
      return
    }
    for (const { weight = 1, sampling } of events) {
      if (sampling === 'unknown') this.sampling.unknown++
      else {
        this.sampling.known++
        this.sampling.stoodFor += weight
      }
    }
    sink.events(events)
  }

  #parts(): readonly (readonly [prefix: string, part: Stateful])[] {
    return [
      ['seen/', this.precedence],
      ['series/', this.metrics.increases],
    ]
  }

  /** Forgets processes that nothing was heard of since, epoch ms. */
  prune(floor: number): void {
    this.precedence.prune(floor)
    this.metrics.increases.prune(BigInt(Math.floor(floor)) * 1_000_000n)
  }

  save(out: ChunkWriter): void {
    for (const [prefix, part] of this.#parts()) part.save(prefixed(out, prefix))
  }

  saved(): void {
    for (const [, part] of this.#parts()) part.saved()
  }

  restore(key: string, bytes: Uint8Array): void {
    for (const [prefix, part] of this.#parts())
      if (key.startsWith(prefix)) part.restore(key.slice(prefix.length), bytes)
  }
}

function isCandidates(item: Item): item is readonly Candidate[] {
  return Array.isArray(item)
}
