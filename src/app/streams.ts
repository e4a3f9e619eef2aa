/** The streams that records come by, and what whoever opened one is told of them. */
import type { Decoded, DecodedSink } from '../connectors/decode.ts'
import type { Rejection } from '../events/rejection.ts'
import type { RecordResult } from '../outputs/conventions.ts'

export type RecordOutcomes = Record<RecordResult, number>

/** Wants to know what became of the records of one stream. */
export interface StreamListener {
  readonly counted: (result: RecordResult) => void
  /** Not called for records that are merely irrelevant. */
  readonly rejected: (rejection: Rejection, offset: number) => void
}

/** The stream that bytes come from: `lane` tells files or partitions apart, `transport` is what telemetry calls it. */
export interface StreamPlace {
  readonly transport: 'files' | 'webhook' | 'kafka' | 'otlp' | 'prometheus'
  readonly lane: string
}

export interface EventSink extends DecodedSink {
  /** A record that its own order shows to have been there before. */
  readonly duplicate: (from: Decoded) => void
}
