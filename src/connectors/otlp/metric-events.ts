/** Increases of the three metrics as events that stand for many: attempts by outcome and reason, and latencies. */
import type { TokenRequest } from '../../events/event.ts'
import { type Rejection, reject } from '../../events/rejection.ts'
import { type Failure, failure, isReason } from './failure.ts'
import { baseOf, identityOf, providerOf } from './library.ts'
import type { BucketedCounts, ExponentialCounts, Point, PointValue } from './point.ts'
import { nsPerMs } from './point.ts'
import { sourceId } from './span-event-base.ts'

/** More than one process fetches tokens between two points: a larger increase is a mistake of the sender. */
const maxIncrease = 10_000_000n

export function timeOf({ timeNs }: Point): number {
  return Number(timeNs / nsPerMs)
}

export function providerIn({ attributes, resource }: Point): TokenRequest['provider'] | undefined {
  const said = attributes.text('identity.provider', 'identity_provider', 'provider')
  return said === undefined && resource.cloud === undefined ? undefined : providerOf(said, resource)
}

/** Points of attempts and of failures that belong together: all but why something failed. */
export function groupOf(point: Point): string {
  const { attributes } = point
  const parts = [
    attributes.text('identity.provider', 'identity_provider', 'provider'),
    attributes.text('identity.id', 'identity_id'),
    attributes.text('identity.type', 'identity_type', 'type'),
    attributes.text('identity.tenant', 'identity_tenant', 'tenant'),
    attributes.text('identity.audience', 'identity_audience', 'audience'),
  ]
  return JSON.stringify(parts.map((part) => part ?? null))
}

export function outcomeIn({ attributes }: Point): string | undefined {
  return attributes.text('identity.outcome', 'identity_outcome', 'outcome')
}

function event(point: Point, id: string, weight: bigint, why: Failure | undefined): TokenRequest {
  const { attributes, resource } = point
  const provider = providerIn(point) ?? 'other'
  const facts = {
    id,
    time: timeOf(point),
    latencyMs: undefined,
    weight: weight === 1n ? undefined : Number(weight),
    sampling: undefined,
  }
  const telling = { attributes, resource, facts, isFailed: why !== undefined, message: '' }
  return {
    ...baseOf(telling, provider, identityOf(attributes, resource), why),
    kind: 'token.request',
    vantage: 'client',
    audience: attributes.text('identity.audience', 'identity_audience', 'audience') ?? '',
    // Counters do not say which of the attempts renewed a token: nobody is to guess.
    refresh: false,
  }
}

function idOf(point: Point, what: string): string {
  return `${sourceId}:${point.series}@${point.timeNs}${what}`
}

/** `count` attempts that went well, as of the point. */
export function successEvent(point: Point, count: bigint): TokenRequest {
  return event(point, idOf(point, ''), count, undefined)
}

export function failureEvent(point: Point, count: bigint): TokenRequest {
  const said = point.attributes.text('identity.reason', 'identity_reason', 'reason')
  const why = failure(isReason(said) ? said : 'unknown', said ?? point.attributes.text('error.type'))
  return event(point, idOf(point, ''), count, why)
}

/** A stretch of latencies and how many are in it. */
interface Stretch {
  readonly from: number
  readonly to: number
  readonly count: bigint
}

/** A bucket says no more than its bounds: its counts are spread evenly over so many latencies, as Prometheus does. */
const spread = 8n

/** Latencies of successful fetches; their number is counted by another metric, or by nobody. */
export function latencyEvents(
  point: Point,
  increase: BucketedCounts | ExponentialCounts,
): readonly TokenRequest[] {
  const stretches = 'bounds' in increase ? bucketStretches(increase) : exponentialStretches(increase)
  return stretches.flatMap(({ from, to, count }, i) =>
    latenciesIn(from, to, count).map(([latencyMs, weight], j) => ({
      ...event(point, idOf(point, `#${i}.${j}`), weight, undefined),
      latencyMs,
      isCountedElsewhere: true as const,
    })),
  )
}

function latenciesIn(from: number, to: number, count: bigint): readonly (readonly [number, bigint])[] {
  const parts = count < spread ? count : spread
  return Array.from({ length: Number(parts) }, (_, i) => {
    // The last one is the upper bound, so that a bound at a threshold parts them exactly.
    const latencyMs = from + ((to - from) * (i + 1)) / Number(parts)
    const upTo = (count * BigInt(i + 1)) / parts
    return [latencyMs, upTo - (count * BigInt(i)) / parts] as const
  })
}

/** What is above the last bound took longer than it; how much longer is not said. */
function bucketStretches({ bounds, counts }: BucketedCounts): Stretch[] {
  return counts.flatMap((count, i) => {
    if (count <= 0n) return []
    const from = Math.max(0, bounds[i - 1] ?? 0)
    return [{ from, to: Math.max(from, bounds[i] ?? from * 2), count }]
  })
}

function exponentialStretches({ scale, zero, from, counts }: ExponentialCounts): Stretch[] {
  const base = 2 ** (2 ** -scale)
  const positive = counts.flatMap((count, i) =>
    count <= 0n ? [] : [{ from: base ** (from + i), to: base ** (from + i + 1), count }],
  )
  return zero > 0n ? [{ from: 0, to: 0, count: zero }, ...positive] : positive
}

/** Undefined if the increase can be true. */
export function checkIncrease(value: PointValue): Rejection | undefined {
  const counts = typeof value === 'bigint' ? [value] : value.counts
  const sum = counts.reduce((a, b) => a + b, 0n)
  return sum > maxIncrease || counts.some((count) => count < 0n)
    ? reject('invalid_field', `the metric went up by more than ${maxIncrease} at once, or by less than 0`)
    : undefined
}
