/** What every event of a span has in common: its id, time, weight and duration, or why it can give no event. */
import { type Rejection, reject } from '../../events/rejection.ts'
import { elapsedMs, epochMs } from './nanoseconds.ts'
import { spanWeight } from './sampling.ts'
import type { Span } from './span.ts'

export const sourceId = 'otlp'

export interface SpanFacts {
  readonly id: string
  /** Epoch ms of its end: only then it is known how it went. */
  readonly time: number
  readonly latencyMs: number | undefined
  readonly weight: number | undefined
  readonly sampling: 'unknown' | undefined
}

const noId = /^0*$/

/** Undefined: it was sampled with probability 0, and stands for nothing. */
export function factsOf(span: Span): SpanFacts | Rejection | undefined {
  const { traceId, spanId, endHigh, endLow } = span
  if (traceId.length !== 32 || noId.test(traceId))
    return reject('invalid_field', 'trace_id of the span must be 16 bytes that are not all 0')
  if (spanId.length !== 16 || noId.test(spanId))
    return reject('invalid_field', 'span_id of the span must be 8 bytes that are not all 0')
  if (endHigh === 0 && endLow === 0) return reject('missing_field', 'the span has no end_time_unix_nano')
  const weight = spanWeight(span.traceState, span.attributes, spanId)
  if (weight === 0) return undefined
  return {
    id: `${sourceId}:${traceId}${spanId}`,
    time: epochMs(endHigh, endLow),
    latencyMs: elapsedMs(span.startHigh, span.startLow, endHigh, endLow),
    weight: weight === 'unknown' || weight === 1 ? undefined : weight,
    sampling: weight === 'unknown' ? weight : undefined,
  }
}

export function isRejected(facts: SpanFacts | Rejection): facts is Rejection {
  return 'reason' in facts
}
