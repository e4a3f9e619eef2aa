/** Random canonical events and objectives that select, judge and excuse some of them, for comparing with an oracle. */
import fc from 'fast-check'
import type { Fault, Identity, IdentityEvent, Reason } from '../../src/events/event.ts'
import type { Owner } from '../../src/events/ownership.ts'
import type {
  Budgeting,
  CompositePart,
  Objective,
  SliSource,
  TimeWindow,
} from '../../src/objectives/objective.ts'
import { aForbiddenTokenUse, anExpiredTokenUse, aSecretRead, aTokenRequest, aTokenUse } from './event.ts'
import { anObjective, aTarget, rollingDays } from './objective.ts'
import type { Delivery } from './verdict-oracle.ts'

const second = 1000
const hour = 3_600_000
const day = 24 * hour

const machines: readonly Identity[] = [
  { id: 'api', name: 'checkout-api', type: 'system-assigned', tenant: 'tenant-1', namespace: 'shop' },
  { id: 'worker', name: 'checkout-worker', type: 'role', tenant: 'tenant-2', path: '/shop/' },
]
const person: Identity = { id: 'alice', type: 'user', tenant: 'tenant-1' }

const owners: Readonly<Record<string, Owner>> = {
  api: { app: 'checkout', team: 'payments', criticality: 'critical', isOwned: true },
  worker: { app: 'search', team: 'search', criticality: 'batch', isOwned: true },
  alice: { app: 'people', team: 'unowned', criticality: 'standard', isOwned: false },
}

/** Most near `newest`, where windows are short and rotations happen; some anywhere up to `reachMs` before. */
function times(newest: number, reachMs: number): fc.Arbitrary<number> {
  const before = (ms: number, step: number) =>
    fc.nat(Math.floor(Math.min(ms, reachMs) / step)).map((steps) => newest - steps * step)
  return fc.oneof(
    { weight: 3, arbitrary: before(5 * 60 * second, 10 * second) },
    { weight: 2, arbitrary: before(3 * hour, 1) },
    { weight: 1, arbitrary: before(4 * day, 1) },
    { weight: 1, arbitrary: before(reachMs, 1) },
  )
}

const faults: readonly Fault[] = ['platform', 'caller', 'policy', 'network']
function rarely<T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> {
  return fc.oneof({ weight: 2, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary })
}

const failure = fc.record({
  outcome: fc.constant('failure' as const),
  reason: fc.constantFrom<Reason>('throttled', 'credential_invalid', 'unknown'),
  fault: fc.option(fc.constantFrom(...faults), { nil: undefined }),
})

function arbitraryEvent(newest: number, reachMs: number): fc.Arbitrary<IdentityEvent> {
  const common = fc.record({
    time: times(newest, reachMs),
    identity: fc.constantFrom(machines[0] ?? person, machines[1] ?? person, machines[0] ?? person, person),
  })
  const request = fc
    .tuple(
      common,
      fc.constantFrom('issuer' as const, 'issuer' as const, 'client' as const, 'metadata' as const),
      fc.option(fc.constantFrom(0, 50, 200, 201, 900), { nil: undefined }),
      rarely(failure),
    )
    .map(([base, vantage, latencyMs, failed]) => aTokenRequest({ ...base, vantage, latencyMs, ...failed }))
  const use = fc
    .tuple(common, fc.constantFrom('storage', 'queue'), fc.constantFrom('pod-1', 'pod-2', undefined))
    .chain(([base, service, pod]) => {
      const workload = pod === undefined ? undefined : ({ kind: 'pod', name: pod } as const)
      const changes = { ...base, service, workload }
      return fc.constantFrom(
        aTokenUse(changes),
        anExpiredTokenUse(changes),
        anExpiredTokenUse(changes),
        anExpiredTokenUse({ ...changes, reason: 'credential_invalid' }),
        aForbiddenTokenUse(changes),
      )
    })
  const other = common.map((base) => aSecretRead(base))
  return fc.oneof(
    { weight: 4, arbitrary: request },
    { weight: 5, arbitrary: use },
    { weight: 1, arbitrary: other },
  )
}

/** 10 to 80 events in any order of arrival, a third of them delivered again. */
export function arbitraryDeliveries(newest: number, reachMs: number): fc.Arbitrary<readonly Delivery[]> {
  return fc
    .array(arbitraryEvent(newest, reachMs), { minLength: 10, maxLength: 80, size: 'max' })
    .map((events) =>
      events.map((event, i): Delivery => {
        const owner = owners[event.identity.id]
        if (owner === undefined) throw new Error(`nobody owns ${event.identity.id}`)
        return { event: { ...event, id: `event-${i}`, app: owner.app }, owner }
      }),
    )
    .chain((deliveries) => {
      const again = deliveries.filter((_, i) => i % 3 === 0)
      const all = [...deliveries, ...again]
      return fc.shuffledSubarray(all, { minLength: all.length })
    })
}

const where: fc.Arbitrary<SliSource['where']> = fc.constantFrom<SliSource['where']>(
  {},
  {},
  {},
  {},
  { app: ['checkout'] },
  { identity: ['checkout-*', 'alice'] },
  { identityType: ['role', 'user'] },
  { service: ['sto?age'] },
  { workload: ['pod-1'] },
  { team: ['pay*'], tenant: ['tenant-1'] },
  { criticality: ['nothing'] },
)

const sli: fc.Arbitrary<SliSource> = fc.record({
  indicator: fc.constantFrom(
    'token-issuance' as const,
    'token-fetch-latency' as const,
    'service-auth' as const,
  ),
  where,
  faults: rarely(fc.subarray([...faults])),
  thresholdMs: rarely(fc.constantFrom(0, 50, 500)),
  includesPeople: rarely(fc.boolean()),
})

const target = fc.constantFrom('50', '90', '95', '99', '99.9', '99.99').map(aTarget)

const part: fc.Arbitrary<CompositePart> = fc.record({
  name: fc.constant('part'),
  sli,
  weight: fc.integer({ min: 1, max: 3 }),
  target,
})

const budgeting: fc.Arbitrary<Budgeting> = fc.oneof(
  { weight: 2, arbitrary: fc.constant<Budgeting>({ method: 'Occurrences' }) },
  {
    weight: 1,
    arbitrary: fc.record({
      method: fc.constant('Timeslices' as const),
      sliceMs: fc.constantFrom(10 * second, 60 * second, 300 * second, hour),
      sliceTarget: fc.constantFrom('0.5', '0.75', '0.95'),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      method: fc.constant('RatioTimeslices' as const),
      sliceMs: fc.constantFrom(10 * second, 60 * second, 300 * second, hour),
    }),
  },
)

const zones = ['UTC', 'Europe/Berlin', 'America/New_York', 'Asia/Kathmandu', 'Australia/Lord_Howe']
const calendarWindow: fc.Arbitrary<TimeWindow> = fc
  .tuple(fc.constantFrom(['d', 1], ['w', 7], ['M', 30]), fc.constantFrom(...zones))
  .map(([[unit, days], timeZone]) => ({
    kind: 'calendar',
    durationMs: Number(days) * day,
    text: `1${unit}`,
    count: 1,
    unit: unit as 'd' | 'w' | 'M',
    startTime: '2026-01-01 00:00:00',
    timeZone,
  }))
const window: fc.Arbitrary<TimeWindow> = fc.oneof(
  fc.constantFrom(rollingDays(30), rollingDays(28), rollingDays(7), rollingDays(90), rollingDays(1)),
  fc.constant<TimeWindow>({ kind: 'rolling', durationMs: hour, text: '1h' }),
  calendarWindow,
)

/** Objectives over the three indicators that are built; a third of them composites. */
export const evaluatedObjective: fc.Arbitrary<Objective> = fc
  .record({
    source: fc.oneof(
      { weight: 2, arbitrary: sli.map((one) => ({ sli: one, parts: [] })) },
      {
        weight: 1,
        arbitrary: fc.array(part, { minLength: 2, maxLength: 3 }).map((parts) => ({
          sli: undefined,
          parts: parts.map((each, i) => ({ ...each, name: `part-${i}` })),
        })),
      },
    ),
    target,
    window,
    budgeting,
    noData: fc.constantFrom('hold' as const, 'hold' as const, 'good' as const, 'bad' as const),
    minBadEvents: fc.integer({ min: 1, max: 3 }),
    rotationGraceMs: fc.constantFrom(0, second, 30 * second, 300 * second),
  })
  .map(({ source, ...changes }) => anObjective({ ...source, ...changes }))
