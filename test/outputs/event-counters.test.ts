import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { IdentityEvent, Reason } from '../../src/events/event.ts'
import { faultOf } from '../../src/events/fault.ts'
import { BucketCounts } from '../../src/outputs/bucket-counts.ts'
import { identityMetrics } from '../../src/outputs/conventions.ts'
import { EventCounters } from '../../src/outputs/event-counters.ts'

const bounds: readonly number[] = identityMetrics.tokenFetchDuration.buckets

const base = {
  id: 'x',
  time: 0,
  provider: 'kubernetes',
  source: 'kubernetes-audit',
  layer: 'container',
  identity: { id: 'i', type: 'service-account', tenant: '' },
  app: '',
  outcome: 'success',
} as const

const request: IdentityEvent = { ...base, kind: 'token.request', vantage: 'issuer', audience: '' }
const slow: IdentityEvent = { ...request, latencyMs: 1500 }
const failed = (reason: Reason): IdentityEvent => ({
  ...request,
  outcome: 'failure',
  reason,
  fault: faultOf[reason],
})
const use: IdentityEvent = { ...base, kind: 'token.use', service: 's3', decision: 'allowed' }
const refused: IdentityEvent = { ...use, outcome: 'failure', decision: 'forbidden' }
const changed: IdentityEvent = {
  ...base,
  kind: 'assignment.change',
  op: 'granted',
  principal: 'i',
  role: 'r',
  scope: 's',
  actor: { id: 'a', type: 'user' },
}
const called: IdentityEvent = { ...base, kind: 'metadata.call', endpoint: 'imds' }
const timed: IdentityEvent = { ...called, latencyMs: 3 }
const denied: IdentityEvent = { ...use, outcome: 'failure', decision: 'forbidden', fault: 'policy' }
const fellBack: IdentityEvent = { ...request, fallback: true }
const secretRead: IdentityEvent = {
  ...base,
  kind: 'secret.read',
  vault: 'v',
  secret: 's',
  likelyFallback: false,
}

function counted(maxSeries: number, events: readonly (readonly [IdentityEvent, string])[]): EventCounters {
  const counters = new EventCounters(maxSeries)
  for (const [event, app] of events) counters.seriesFor(event, app).count(event)
  return counters
}

function total(counters: EventCounters): { requests: number; failures: number; timed: number; auth: number } {
  const sum = { requests: 0, failures: 0, timed: 0, auth: 0 }
  for (const { requests, failures, durations, auth } of counters.all()) {
    sum.requests += requests
    sum.auth += auth
    for (const count of failures.values()) sum.failures += count
    for (const count of durations?.counts ?? []) sum.timed += count
  }
  return sum
}

const lines = (counters: EventCounters): number => counters.all().reduce((sum, { size }) => sum + size, 0)

describe('counts of identity events', () => {
  it('are by provider, type, layer and application', () => {
    const counters = counted(1000, [
      [request, 'a'],
      [failed('throttled'), 'a'],
      [slow, 'b'],
      [{ ...request, provider: 'aws' }, 'a'],
      [refused, 'a'],
      [use, 'a'],
      [changed, 'a'],
    ])
    const [a, b, aws] = counters.all().filter(({ labels }) => labels.app !== 'overflow')
    expect(a).toMatchObject({ requests: 2, auth: 2, authFailures: { '401': 0, '403': 1 } })
    expect([...(a?.failures ?? [])]).toEqual([['throttled|platform', 1]])
    expect([...(a?.changes ?? [])]).toEqual([['granted|unknown', 1]])
    expect(b?.durations?.sum).toBe(1.5)
    expect(aws?.labels).toMatchObject({ provider: 'aws', app: 'a' })
  })

  it('count calls to metadata endpoints, denials by whether they were planned, and fallbacks', () => {
    const denied = { ...refused, fault: 'policy' } as const
    const call = { ...base, kind: 'metadata.call', endpoint: 'imds' } as const
    const counters = counted(1000, [
      [call, 'a'],
      [{ ...call, outcome: 'failure', reason: 'timeout', fault: 'platform', latencyMs: 7 }, 'a'],
      [denied, 'a'],
      [{ ...denied, planned: true }, 'a'],
      [{ ...denied, planned: false }, 'a'],
      [{ ...denied, planned: false }, 'a'],
      [{ ...secretRead, fallback: true }, 'a'],
      [{ ...secretRead, fallback: false }, 'a'],
      [{ ...request, fallback: true }, 'a'],
    ])
    const [a] = counters.all().filter(({ labels }) => labels.app === 'a')
    expect(a?.access.saved()).toMatchObject({
      calls: 2,
      callFailures: 1,
      callDurations: { sum: 0.007 },
      violations: [
        ['unknown', 1],
        ['true', 1],
        ['false', 2],
      ],
      fallbacks: 2,
    })
    expect(a?.size).toBe(1 + 3 + (2 + 16) + 3 + 1)
  })

  it('put a duration into the bucket that it is at most the bound of', () => {
    const histogram = new BucketCounts(bounds)
    for (const seconds of [0, 0.005, 0.2, 0.200_001, 30, 31]) histogram.observe(seconds)
    const at = (bound: number): number => histogram.counts[bounds.indexOf(bound)] ?? -1
    expect([at(0.005), at(0.2), at(0.3), at(30), histogram.counts.at(-1)]).toEqual([2, 1, 1, 1, 1])
  })

  it('give applications whose names look the same on /metrics one series', () => {
    const counters = counted(1000, [
      [request, 'a\nb'],
      [request, 'a\rb'],
      [request, 'x'.repeat(300)],
      [request, 'x'.repeat(400)],
    ])
    const used = counters.all().filter(({ requests }) => requests > 0)
    expect(used.map(({ labels, requests }) => [labels.app.length, requests])).toEqual([
      [3, 2],
      [200, 2],
    ])
  })
})

describe('the series cap', () => {
  const reasons = Object.keys(faultOf) as Reason[]
  const anyEvent = fc.oneof(
    fc.constantFrom(request, slow, use, refused, changed, secretRead, called, timed, denied, fellBack),
    fc.constantFrom(...reasons).map(failed),
  )
  const anywhere = fc
    .tuple(
      anyEvent,
      fc.constantFrom('aws', 'gcp', 'kubernetes' as const),
      fc.constantFrom('role', 'service-account', 'federated' as const),
      fc.constantFrom('vm', 'container', 'serverless' as const),
      // Few applications grow in what they show, many fill the room by their number.
      fc.oneof(fc.nat(15), fc.nat(400)).map((app) => `app-${app}`),
    )
    .map(([event, provider, type, layer, app]): readonly [IdentityEvent, string] => [
      { ...event, provider, layer, identity: { ...event.identity, type } },
      app,
    ])

  it('holds whatever comes, and no count is lost to it', () => {
    fc.assert(
      fc.property(
        fc.array(anywhere, { maxLength: 1500, size: 'max' }),
        fc.integer({ min: 100, max: 600 }),
        (events, maxSeries) => {
          const counters = counted(maxSeries, events)
          expect(lines(counters)).toBeLessThanOrEqual(maxSeries)
          const of = (kind: IdentityEvent['kind']): readonly IdentityEvent[] =>
            events.map(([event]) => event).filter((event) => event.kind === kind)
          const requests = of('token.request')
          expect(total(counters)).toEqual({
            requests: requests.length,
            failures: requests.filter(({ outcome }) => outcome === 'failure').length,
            timed: requests.filter((event) => 'latencyMs' in event).length,
            auth: of('token.use').length,
          })
        },
      ),
      { numRuns: 60 },
    )
  })

  it('keeps the other labels of applications that have no room', () => {
    const many = Array.from({ length: 5000 }, (_, i) => [request, `app-${i}`] as const)
    const counters = counted(1000, many)
    const overflow = counters.all().find(({ labels, requests }) => labels.app === 'overflow' && requests > 0)
    expect(overflow?.labels).toEqual({
      provider: 'kubernetes',
      identity_type: 'service-account',
      app: 'overflow',
      layer: 'container',
    })
    const own = counters.all().filter(({ labels, requests }) => labels.app !== 'overflow' && requests > 0)
    expect(own.length).toBeGreaterThan(700)
    expect(overflow?.requests).toBe(5000 - own.length)
    expect(counters.overflowed).toBe(5000 - own.length)
  })

  it('bounds label sets that show no series as well', () => {
    const counters = counted(
      200,
      Array.from({ length: 5000 }, (_, i) => [secretRead, `app-${i}`] as const),
    )
    expect(counters.all().length).toBeLessThanOrEqual(203)
  })

  it('lets an application that has its place keep it', () => {
    const early = [request, 'early'] as const
    const rest = Array.from({ length: 2000 }, (_, i) => [request, `app-${i}`] as const)
    const counters = counted(500, [early, ...rest, early])
    expect(counters.all().find(({ labels }) => labels.app === 'early')?.requests).toBe(2)
  })

  it('survives a restart: what was saved comes back, and counts towards the cap', () => {
    const first = counted(
      400,
      Array.from({ length: 900 }, (_, i) => [i % 2 === 0 ? slow : refused, `app-${i % 300}`] as const),
    )
    const chunks = new Map<string, Uint8Array>()
    first.save({
      put: (key, bytes) => void chunks.set(key, bytes),
      remove: (key) => void chunks.delete(key),
      removeAll: () => undefined,
    })
    const second = new EventCounters(400)
    for (const [key, bytes] of [...chunks].reverse()) second.restore(key, bytes)
    expect(total(second)).toEqual(total(first))
    expect(lines(second)).toBe(lines(first))
    for (let i = 0; i < 900; i++) second.seriesFor(slow, `new-${i}`).count(slow)
    expect(lines(second)).toBeLessThanOrEqual(400)
    expect(total(second).timed).toBe(450 + 900)
  })
})
