import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { OtlpTelemetry } from '../../../src/connectors/otlp/telemetry.ts'
import type { IdentityEvent } from '../../../src/events/event.ts'
import { clientMetrics } from '../../../src/outputs/conventions.ts'
import {
  attributesOf,
  type CountOf,
  counter,
  delta,
  fetchSpan,
  type Json,
  metrics,
  noonNs,
  traces,
  type Values,
} from '../../support/otlp.ts'
import { outcomeOf, outcomeOfBytes } from '../../support/otlp-outcomes.ts'
import { otlpProtobuf } from '../../support/otlp-protobuf.ts'
import { storedChunks } from '../../support/otlp-state.ts'

const second = 1_000_000_000n
const start = noonNs - 300n * second

/** How many attempts the events stand for, by outcome; those that only tell a latency aside. */
function attempts(events: readonly IdentityEvent[]): { success: number; failure: number } {
  const sum = { success: 0, failure: 0 }
  for (const event of events)
    if (event.kind === 'token.request' && !event.isCountedElsewhere) sum[event.outcome] += event.weight ?? 1
  return sum
}

/** One process that sends its counters, one collection after another. */
function receiver() {
  const telemetry = new OtlpTelemetry()
  const events: IdentityEvent[] = []
  return {
    telemetry,
    events,
    send: (...list: readonly Json[]) => {
      const outcome = outcomeOf('metrics', metrics(list), telemetry)
      events.push(...outcome.events)
      return outcome
    },
    spans: (...list: readonly Json[]) => {
      const outcome = outcomeOf('traces', traces(list), telemetry)
      events.push(...outcome.events)
      return outcome
    },
  }
}

function total(value: number | bigint, at: bigint, more: Partial<CountOf> = {}): Json {
  return counter({ value, timeNs: noonNs + at * second, startNs: start, ...more })
}

function failed(value: number, at: bigint, reason = 'throttled', more: Partial<CountOf> = {}): Json {
  return total(value, at, {
    name: 'token_request_failed',
    attributes: { 'identity.reason': reason },
    ...more,
  })
}

function latencies(counts: readonly number[], at: bigint, bounds: readonly number[] = [100, 200, 400]): Json {
  return {
    name: 'token_latency_ms',
    unit: 'ms',
    histogram: {
      aggregationTemporality: 2,
      dataPoints: [
        {
          startTimeUnixNano: String(start),
          timeUnixNano: String(noonNs + at * second),
          bucketCounts: counts.map(String),
          explicitBounds: bounds,
          attributes: attributesOf({ 'identity.provider': 'azure' }),
        },
      ],
    },
  }
}

describe('the counters of a client', () => {
  it('count by what they went up, as attempts that the client saw', () => {
    const { send, events } = receiver()
    send(total(10, 0n))
    send(total(25, 60n))
    expect(attempts(events)).toEqual({ success: 25, failure: 0 })
    expect(events.at(-1)).toMatchObject({
      kind: 'token.request',
      vantage: 'client',
      weight: 15,
      provider: 'azure',
      identity: { id: 'shop/checkout', type: 'unknown' },
      time: Number((noonNs + 60n * second) / 1_000_000n),
    })
  })

  it('take failures off the attempts, whichever is told of first', () => {
    const { send, events } = receiver()
    send(total(10, 0n), failed(4, 0n))
    expect(attempts(events)).toEqual({ success: 6, failure: 4 })
    send(failed(6, 60n))
    send(total(15, 61n))
    expect(attempts(events)).toEqual({ success: 9, failure: 6 })
    expect(events.find(({ outcome }) => outcome === 'failure')).toMatchObject({
      reason: 'throttled',
      fault: 'platform',
    })
  })

  it('are counted from their start when they begin late in a process that is known', () => {
    const { send, events } = receiver()
    const old = noonNs - 86_400n * second
    send(total(100, 0n, { startNs: old }))
    expect(attempts(events)).toEqual({ success: 0, failure: 0 })
    send(total(110, 60n, { startNs: old }), failed(3, 60n, 'timeout', { startNs: old }))
    expect(attempts(events)).toEqual({ success: 7, failure: 3 })
  })

  it('begin anew with a new start, and where they go down without one', () => {
    const { send, events } = receiver()
    send(total(10, 0n))
    send(total(2, 60n, { startNs: noonNs + 30n * second }))
    expect(attempts(events).success).toBe(12)
    const prometheus = receiver()
    for (const [at, value] of [
      [0n, 100],
      [60n, 110],
      [120n, 4],
      [180n, 5],
    ] as const)
      prometheus.send(total(value, at, { startNs: 0n }))
    expect(attempts(prometheus.events).success).toBe(15)
  })

  it('of two processes that share all attributes are told apart by their starts', () => {
    const { send, events } = receiver()
    const other = start + 7n * second
    send(total(10, 0n))
    send(total(100, 1n, { startNs: other }))
    send(total(12, 60n))
    send(total(103, 61n, { startNs: other }))
    expect(attempts(events).success).toBe(115)
  })

  it('count a point that comes again, or late, once', () => {
    const { send, events } = receiver()
    send(total(10, 0n))
    send(total(30, 60n))
    expect(send(total(30, 60n)).duplicates).toBe(1)
    expect(send(total(10, 0n)).duplicates).toBe(1)
    expect(attempts(events).success).toBe(30)
  })

  it('may be deltas', () => {
    const { send, events } = receiver()
    const point = (value: number, at: bigint) =>
      counter({ value, startNs: noonNs + (at - 60n) * second, timeNs: noonNs + at * second }, delta)
    send(point(5, 60n))
    send(point(7, 120n))
    expect(send(point(5, 60n)).duplicates).toBe(1)
    expect(attempts(events).success).toBe(12)
  })

  it('are exact beyond 2^53', () => {
    const { send, events } = receiver()
    const huge = 2n ** 60n
    send(total(huge, 0n, { startNs: 0n }))
    send(total(huge + 3n, 60n, { startNs: 0n }))
    expect(attempts(events).success).toBe(3)
    const telemetry = new OtlpTelemetry()
    for (const [value, at] of [
      [huge, 0n],
      [huge + 5n, 60n],
    ] as const) {
      const text = JSON.stringify(metrics([total(value, at, { startNs: 0n })])).replace(/"(\d{19})"/g, '$1')
      const outcome = outcomeOfBytes('metrics', 'json', Buffer.from(text), telemetry)
      expect(outcome.unreadable).toBeUndefined()
      if (at > 0n) expect(attempts(outcome.events).success).toBe(5)
    }
  })

  it('that go up by more than can be, or stand in the future, are rejected and stop nothing', () => {
    const telemetry = new OtlpTelemetry()
    const send = (json: Json, latest = Number((noonNs + 100n * second) / 1_000_000n)) =>
      outcomeOfBytes('metrics', 'protobuf', otlpProtobuf('metrics', metrics([json])), telemetry, latest)
    expect(send(total(10, 0n)).events).toHaveLength(1)
    expect(send(total(12, 86_400n)).rejections).toMatchObject([{ reason: 'future_time' }])
    expect(attempts(send(total(14, 60n)).events).success).toBe(4)
    expect(send(total(2n ** 62n, 70n)).rejections).toMatchObject([{ reason: 'invalid_field' }])
  })

  it('say nothing as a gauge, as a sum that goes both ways, or under another name', () => {
    const { send } = receiver()
    const point = (total(5, 0n)['sum'] as Json)['dataPoints']
    expect(send({ name: 'token_request_total', gauge: { dataPoints: point } })).toMatchObject({
      events: [],
      irrelevant: 1,
    })
    const sum = { dataPoints: point, aggregationTemporality: 2, isMonotonic: false }
    expect(send({ name: 'token_request_total', sum })).toMatchObject({ events: [], irrelevant: 1 })
    expect(send(total(5, 0n, { name: 'http.server.requests' }))).toMatchObject({ events: [], irrelevant: 1 })
  })

  it('have the names that the client library emits', () => {
    const { send, events } = receiver()
    const { requests, failures, latency } = clientMetrics
    send(
      { ...total(3, 0n), name: requests },
      { ...failed(1, 0n), name: failures },
      { ...latencies([1, 1, 0, 0], 0n), name: latency },
    )
    expect(attempts(events)).toEqual({ success: 2, failure: 1 })
    expect(events).toHaveLength(4)
  })

  it('add up to the last value, however the collections are cut, repeated and restarted', () => {
    const collections = fc.array(
      fc.record({ up: fc.nat(50), failures: fc.nat(20), again: fc.nat(2), isSaved: fc.boolean() }),
      { minLength: 1, maxLength: 12 },
    )
    fc.assert(
      fc.property(collections, (steps) => {
        let telemetry = new OtlpTelemetry()
        const sums = { success: 0, failure: 0 }
        let [all, bad] = [0, 0]
        for (const [i, { up, failures, again, isSaved }] of steps.entries()) {
          bad += Math.min(failures, up)
          all += up
          for (let n = 0; n <= again; n++) {
            const list = [total(all, BigInt(i) * 60n), failed(bad, BigInt(i) * 60n)]
            const { events } = outcomeOf('metrics', metrics(list), telemetry)
            const found = attempts(events)
            sums.success += found.success
            sums.failure += found.failure
          }
          if (isSaved) telemetry = storedChunks(telemetry)
        }
        expect(sums).toEqual({ success: all - bad, failure: bad })
      }),
    )
  })
})

describe('the latencies of a client', () => {
  const within = (events: readonly IdentityEvent[], bound: number): readonly [number, number] => {
    const sums: [number, number] = [0, 0]
    for (const event of events)
      if (event.kind === 'token.request' && event.latencyMs !== undefined)
        sums[event.latencyMs <= bound ? 0 : 1] += event.weight ?? 1
    return sums
  }

  it('part exactly at a bound, and evenly in between', () => {
    const { send, events } = receiver()
    send(latencies([50, 30, 16, 4], 0n))
    expect(within(events, 200)).toEqual([80, 20])
    expect(within(events, 300)).toEqual([88, 12])
    expect(within(events, 400)).toEqual([96, 4])
    expect(attempts(events)).toEqual({ success: 0, failure: 0 })
  })

  it('count what is new since the last point', () => {
    const { send, events } = receiver()
    send(latencies([5, 0, 0, 0], 0n))
    send(latencies([5, 3, 0, 2], 60n))
    expect(within(events, 200)).toEqual([8, 2])
  })

  it('may come in exponential buckets that get wider', () => {
    const { send, events } = receiver()
    const point = (scale: number, offset: number, counts: readonly number[], at: bigint): Json => ({
      name: 'token_latency_ms',
      exponentialHistogram: {
        aggregationTemporality: 2,
        dataPoints: [
          {
            startTimeUnixNano: String(start),
            timeUnixNano: String(noonNs + at * second),
            scale,
            zeroCount: '1',
            positive: { offset, bucketCounts: counts.map(String) },
          },
        ],
      },
    })
    // Powers of 2: (64, 128], (128, 256].
    send(point(0, 6, [4, 2], 0n))
    expect(within(events, 128)).toEqual([5, 2])
    // Powers of 4: (64, 256], (256, 1024].
    send(point(-1, 3, [6, 5], 60n))
    expect(within(events, 256)).toEqual([7, 5])
  })
})

describe('a process that sends metrics and spans', () => {
  it('is counted by its metrics, and its spans say the rest', () => {
    const { send, spans, events } = receiver()
    const at = (seconds: bigint): { endNs: bigint } => ({ endNs: noonNs + seconds * second })
    send(total(10, 0n), latencies([10, 0, 0, 0], 0n))
    spans(fetchSpan(1, { 'identity.refresh': 'before_expiry' }, at(10n)))
    send(total(11, 60n), latencies([11, 0, 0, 0], 60n))
    expect(attempts(events)).toEqual({ success: 11, failure: 0 })
    const ofSpan = events.find(({ id }) => id.endsWith('b1'))
    expect(ofSpan).toMatchObject({
      isCountedElsewhere: true,
      latencyMs: undefined,
      refresh: true,
      whileValid: true,
    })
  })

  it('is counted by its spans until its first metrics, which then go on', () => {
    const { send, spans, events } = receiver()
    spans(fetchSpan(1), fetchSpan(2))
    send(total(2, 30n))
    spans(fetchSpan(3, {}, { endNs: noonNs + 40n * second }))
    send(total(3, 90n))
    expect(attempts(events)).toEqual({ success: 3, failure: 0 })
  })

  it('is counted by its spans again when its metrics have stopped', () => {
    const { send, spans, events } = receiver()
    send(total(1, 0n))
    spans(fetchSpan(1, {}, { endNs: noonNs + 3600n * second }))
    expect(attempts(events).success).toBe(2)
  })
})

const anyLabels: Values = { 'http.route': '/cart' }

it('tells series apart by attributes that nothing asks for', () => {
  const { send, events } = receiver()
  send(total(10, 0n), total(5, 0n, { attributes: anyLabels }))
  send(total(11, 60n), total(5, 60n, { attributes: anyLabels }))
  expect(attempts(events).success).toBe(16)
})
