/** Which changes of a definition keep what was counted, over a reload and over a restart. */
import { describe, expect, it } from 'vitest'
import { availableIndicators } from '../../src/indicators/available.ts'
import { loadDefinitions } from '../../src/objectives/definitions/catalogue.ts'
import { Engine } from '../../src/objectives/engine.ts'
import { evaluate } from '../../src/objectives/evaluate.ts'
import { ChunkStore } from '../support/chunk-store.ts'
import { aFailedTokenRequest, aTokenRequest, checkoutOwner, noon } from '../support/event.ts'

const day = 86_400_000
const retention = { fineMs: 7_200_000, slicesMs: 3 * day }

const plain = `apiVersion: openslo/v1
kind: SLO
metadata:
  name: tokens
  displayName: Tokens
  labels: {team: [payments]}
  annotations: {identity-slo.dev/owner: payments, identity-slo.dev/exclusions: exclusions.yaml}
spec:
  description: Tokens for checkout.
  service: checkout
  indicator:
    metadata: {name: tokens}
    spec:
      ratioMetric:
        counter: true
        rawType: success
        raw: {metricSource: {type: identity-slo, spec: {indicator: token-issuance, where: {app: [checkout, search], tenant: "*"}}}}
  timeWindow: [{duration: 30d, isRolling: true}]
  budgetingMethod: Occurrences
  objectives: [{targetPercent: 99.9}]
`

const composite = `apiVersion: openslo/v1
kind: SLO
metadata: {name: tokens}
spec:
  service: checkout
  timeWindow: [{duration: 30d, isRolling: true}]
  budgetingMethod: RatioTimeslices
  objectives:
    - {displayName: all, targetPercent: 99, timeSliceWindow: 1m, compositeWeight: 3, indicatorRef: all}
    - {displayName: platform, targetPercent: 99, timeSliceWindow: 1m, compositeWeight: 1, indicatorRef: platform}
---
apiVersion: openslo/v1
kind: SLI
metadata: {name: all}
spec: {ratioMetric: {counter: true, rawType: success, raw: {metricSource: {type: identity-slo, spec: {indicator: token-issuance}}}}}
---
apiVersion: openslo/v1
kind: SLI
metadata: {name: platform}
spec: {ratioMetric: {counter: true, rawType: success, raw: {metricSource: {type: identity-slo, spec: {indicator: token-issuance, faults: platform}}}}}
`

const noWindows = 'exclusions: []\n'
const patch =
  'exclusions: [{name: patch, reason: work, start: "2026-01-01T00:00:00Z", duration: 1d, rrule: FREQ=DAILY}]\n'

function objectivesOf(text: string, exclusions = noWindows) {
  const { catalogue, problems } = loadDefinitions([{ path: 'a.yaml', text }], (_, path) => ({
    path,
    text: exclusions,
  }))
  expect(problems.filter(({ severity }) => severity === 'error')).toEqual([])
  return catalogue.objectives
}

/** Good and bad events that are known of after the definition has changed: by a reload, and by a restart. */
function kept(former: string, text: string, exclusions?: string): readonly (readonly number[])[] {
  const engine = new Engine(objectivesOf(former), availableIndicators, retention)
  for (const event of [aTokenRequest(), aTokenRequest(), aFailedTokenRequest()])
    engine.observe(event, engine.targetsFor(event, checkoutOwner))
  const store = new ChunkStore()
  store.save(engine)
  const objectives = objectivesOf(text, exclusions)
  return [
    store.restore(new Engine(objectives, availableIndicators, retention)),
    new Engine(objectives, availableIndicators, retention, engine),
  ].map(({ states }) => {
    const status = states[0] && evaluate(states[0], noon + day)
    const { good, bad } = (status?.beforeExclusions ?? status)?.counts ?? { good: -1, bad: -1 }
    return [good, bad]
  })
}

describe('what was counted', () => {
  it.each([
    ['another label', 'payments]', 'identity, checkout]'],
    ['another owner', 'owner: payments', 'owner: identity'],
    ['another display name', 'displayName: Tokens', 'displayName: All tokens'],
    ['another description', 'Tokens for checkout.', 'Whatever.'],
    ['another target', '99.9', '99.95'],
    [
      'another severity and alerts',
      'annotations: {',
      'annotations: {identity-slo.dev/severity-class: critical, identity-slo.dev/min-bad-events: "5", identity-slo.dev/alert-tiers: page-quick, ',
    ],
    ['another value of no data', 'annotations: {', 'annotations: {identity-slo.dev/no-data: bad, '],
    [
      'another order of fields and values',
      '{app: [checkout, search], tenant: "*"}',
      '{tenant: "*", app: [search, checkout]}',
    ],
    ['another spelling of a key', 'where: {app', 'where: {"app"'],
    ['no exclusions file', ', identity-slo.dev/exclusions: exclusions.yaml', ''],
  ])('stays with %s', (_, from, to) => {
    expect(plain).toContain(from)
    expect(kept(plain, plain.replace(from, to))).toEqual([
      [2, 1],
      [2, 1],
    ])
  })

  it('stays with other exclusions, which take from it at once', () => {
    expect(kept(plain, plain, patch)).toEqual([
      [2, 1],
      [2, 1],
    ])
  })

  it.each([
    ['another `where`', 'search]', 'billing]'],
    ['another window', '30d', '28d'],
    ['slices', 'budgetingMethod: Occurrences', 'budgetingMethod: RatioTimeslices'],
    ['another service', 'service: checkout', 'service: search'],
  ])('begins anew with %s', (name, from, to) => {
    const changed = plain.replace(from, to)
    const text = name === 'slices' ? changed.replace('99.9}', '99.9, timeSliceWindow: 1m}') : changed
    expect(kept(plain, text)).toEqual([
      [0, 0],
      [0, 0],
    ])
  })

  it('begins anew with other weights where they are in what was counted', () => {
    // One slice, of which two thirds were good in either part.
    const third = [666_667 / 1_000_000, 333_333 / 1_000_000]
    expect(kept(composite, composite)).toEqual([third, third])
    expect(kept(composite, composite.replace('compositeWeight: 3', 'compositeWeight: 2'))).toEqual([
      [0, 0],
      [0, 0],
    ])
    const doubled = composite
      .replace('compositeWeight: 3', 'compositeWeight: 6')
      .replace('compositeWeight: 1', 'compositeWeight: 2')
    expect(kept(composite, doubled)).toEqual([third, third])
  })
})
