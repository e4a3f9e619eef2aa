/** A data point of one of the three metrics that we count: what it says, and which series it belongs to. */
import type { Attributes } from './attributes.ts'
import type { Resource } from './resource.ts'

export type MetricName = 'requests' | 'failures' | 'latency'

/**
 * As the client library names them, and as they come back from Prometheus, whose exporters append units and `_total`.
 * `outputs/conventions.ts` has the same names for those who emit them; a test holds the two together.
 */
const names: ReadonlyMap<string, MetricName> = new Map<string, MetricName>([
  ['token_request_total', 'requests'],
  ['token_request', 'requests'],
  ['token_request_total_total', 'requests'],
  ['token_request_failed', 'failures'],
  ['token_request_failed_total', 'failures'],
  ['token_latency_ms', 'latency'],
  ['token_latency_ms_milliseconds', 'latency'],
  ['token_latency_ms_ms', 'latency'],
])

export function metricNamed(name: string): MetricName | undefined {
  return names.get(name)
}

/** Counts by buckets of ascending, inclusive upper bounds; the last one is open. */
export interface BucketedCounts {
  readonly bounds: readonly number[]
  readonly counts: readonly bigint[]
}

/** Counts by powers of 2^(2^-scale): bucket `i` of `from + i` holds (base^(i), base^(i+1)]. */
export interface ExponentialCounts {
  readonly scale: number
  readonly zero: bigint
  readonly from: number
  readonly counts: readonly bigint[]
}

/** A counter's value is whole in all but name: what is fractional is rounded down. */
export type PointValue = bigint | BucketedCounts | ExponentialCounts

export interface Point {
  readonly metric: MetricName
  readonly resource: Resource
  /** Attributes that a mapping asks for. */
  readonly attributes: Attributes
  /** Stands for the resource, the scope, the metric and all attributes. */
  readonly series: string
  readonly isCumulative: boolean
  /** Exact, in ns since 1970; 0 where it is not said. */
  readonly startNs: bigint
  readonly timeNs: bigint
  readonly value: PointValue
}

export function isPoint(item: object): item is Point {
  return 'metric' in item
}

export const nsPerMs = 1_000_000n
