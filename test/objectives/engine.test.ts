import { describe, expect, it } from 'vitest'
import type { IdentityEvent } from '../../src/events/event.ts'
import type { Owner } from '../../src/events/ownership.ts'
import { availableIndicators } from '../../src/indicators/available.ts'
import { Engine } from '../../src/objectives/engine.ts'
import { evaluate } from '../../src/objectives/evaluate.ts'
import type { Objective } from '../../src/objectives/objective.ts'
import {
  aFailedTokenRequest,
  aForbiddenTokenUse,
  anExpiredTokenUse,
  aSecretRead,
  aTokenRequest,
  aTokenUse,
  checkoutOwner,
  noon,
} from '../support/event.ts'
import { anObjective } from '../support/objective.ts'

const second = 1000
const hour = 3_600_000
const day = 24 * hour
const retention = { fineMs: 2 * hour, slicesMs: 3 * day }

const serviceAuth = anObjective({ name: 'service-auth', sli: { indicator: 'service-auth', where: {} } })

function engineOf(objectives: readonly Objective[], former?: Engine): Engine {
  return new Engine(objectives, availableIndicators, retention, former)
}

function observe(engine: Engine, events: readonly IdentityEvent[], owner: Owner = checkoutOwner): Engine {
  for (const event of events) engine.observe(event, engine.targetsFor(event, owner))
  return engine
}

function counts(engine: Engine, at = noon + hour) {
  return engine.states.map((state) => {
    const { good, bad, excluded } = evaluate(state, at).counts
    return [good, bad, excluded]
  })
}

describe('the engine', () => {
  it('judges an event for each objective that selects it', () => {
    const engine = engineOf([
      anObjective({ name: 'all', sli: { indicator: 'token-issuance', where: {} } }),
      anObjective({ name: 'search', sli: { indicator: 'token-issuance', where: { app: ['search'] } } }),
      anObjective({
        name: 'platform',
        sli: { indicator: 'token-issuance', where: {}, faults: ['platform'] },
      }),
      serviceAuth,
    ])
    observe(engine, [
      aTokenRequest(),
      aFailedTokenRequest({ fault: 'caller' }),
      aFailedTokenRequest(),
      aSecretRead(),
    ])
    observe(engine, [aFailedTokenRequest()], { ...checkoutOwner, app: 'search' })
    expect(counts(engine)).toEqual([
      [1, 3, 0],
      [0, 1, 0],
      [1, 2, 1],
      [0, 0, 0],
    ])
  })

  it('counts totals of each indicator, whatever the objectives', () => {
    const engine = observe(engineOf([]), [
      aTokenRequest({ latencyMs: 100 }),
      aFailedTokenRequest({ latencyMs: 100 }),
      aTokenUse(),
      aForbiddenTokenUse(),
      anExpiredTokenUse({ time: noon + second }),
    ])
    expect(engine.totals.map(({ id }) => id)).toEqual(availableIndicators.map(({ id }) => id))
    const counted = engine.totals.filter(({ good, bad, excluded }) => good + bad + excluded > 0)
    expect(counted).toEqual([
      { id: 'token-issuance', good: 1, bad: 1, excluded: 0 },
      { id: 'token-fetch-latency', good: 1, bad: 0, excluded: 1 },
      { id: 'service-auth', good: 1, bad: 2, excluded: 0 },
      { id: 'permission-violation', good: 0, bad: 0, excluded: 1 },
      { id: 'secret-fallback', good: 3, bad: 0, excluded: 0 },
    ])
    observe(engine, [aTokenUse({ time: noon + 2 * second })])
    expect(engine.totals.find(({ id }) => id === 'service-auth')).toEqual({
      id: 'service-auth',
      good: 2,
      bad: 1,
      excluded: 1,
    })
  })

  it('gives the targets of an event by kind and where alone, so that they can be found once for many', () => {
    const engine = engineOf([serviceAuth, anObjective()])
    const ids = (event: IdentityEvent) =>
      engine.targetsFor(event, checkoutOwner).map(({ indicator }) => indicator.id)
    expect(ids(aTokenUse())).toEqual([
      'service-auth',
      'token-age',
      'permission-violation',
      'secret-fallback',
      'service-auth',
    ])
    expect(ids(aTokenRequest())).toEqual([
      'token-issuance',
      'token-fetch-latency',
      'token-refresh',
      'permission-violation',
      'secret-fallback',
      'token-issuance',
    ])
    expect(ids(aSecretRead())).toEqual(['secret-fallback'])
  })

  it('knows which fields of an event its objectives select on', () => {
    const source = {
      indicator: 'service-auth',
      where: { service: ['storage'], workload: undefined },
    } as const
    const part = {
      name: 'a',
      sli: { indicator: 'token-issuance', where: { audience: ['x'] } },
      weight: 1,
      target: anObjective().target,
    } as const
    expect(engineOf([anObjective()]).selectsOn).toEqual({ service: false, audience: false, workload: false })
    expect(
      engineOf([anObjective({ sli: source }), anObjective({ sli: undefined, parts: [part] })]).selectsOn,
    ).toEqual({
      service: true,
      audience: true,
      workload: false,
    })
  })

  it('does not evaluate indicators that are not built, and says nothing wrong about them', () => {
    const engine = engineOf([anObjective({ sli: { indicator: 'blast-radius', where: {} } })])
    expect(counts(observe(engine, [aTokenRequest(), aTokenUse()]))).toEqual([[0, 0, 0]])
  })
})

describe('a 401 for an expired token', () => {
  const refused = anExpiredTokenUse({ time: noon })
  const accepted = aTokenUse({ time: noon + 30 * second })

  it.each([
    ['before', [refused, accepted]],
    ['after', [accepted, refused]],
  ])('is excluded when the success that follows arrives %s it', (_, events) => {
    expect(counts(observe(engineOf([serviceAuth]), events))).toEqual([[1, 0, 1]])
  })

  it.each([
    ['too late', aTokenUse({ time: noon + 30 * second + 1 })],
    ['by another identity', { ...accepted, identity: { ...accepted.identity, id: 'identity-2' } }],
    ['on another service', { ...accepted, service: 'queue' }],
  ])('stays bad when the success comes %s', (_, success) => {
    expect(counts(observe(engineOf([serviceAuth]), [refused, success]))).toEqual([[1, 1, 0]])
    expect(counts(observe(engineOf([serviceAuth]), [success, refused]))).toEqual([[1, 1, 0]])
  })

  it('is the only refusal that can be excluded', () => {
    const events = [
      aForbiddenTokenUse({ time: noon }),
      { ...refused, reason: 'credential_invalid' } as const,
      { ...refused, decision: 'forbidden' } as const,
      accepted,
    ]
    expect(counts(observe(engineOf([serviceAuth]), events))).toEqual([[1, 3, 0]])
  })

  it('is excluded by the grace of each objective, and by none where it is 0', () => {
    const engine = engineOf(
      [0, 1, 29_999, 30_000].map((rotationGraceMs, i) => ({ ...serviceAuth, id: `${i}`, rotationGraceMs })),
    )
    expect(counts(observe(engine, [refused, accepted])).map(([, bad]) => bad)).toEqual([1, 1, 1, 0])
    const off = engineOf([{ ...serviceAuth, rotationGraceMs: 0 }])
    expect(counts(observe(off, [refused, aTokenUse({ time: noon })]))).toEqual([[1, 1, 0]])
  })

  it('is no longer held against its identity, and stays in the counters that never go down', () => {
    const workload = { kind: 'pod', name: 'checkout-1' } as const
    const engine = observe(engineOf([serviceAuth]), [
      { ...refused, workload, code: 'ExpiredToken' },
      aForbiddenTokenUse({ time: noon }),
    ])
    const [state] = engine.states
    const bad = () => state?.contributors('identity', noon - hour, noon + hour).top(5)
    const keysOf = (dimension: 'reason' | 'workload' | 'code') =>
      state
        ?.contributors(dimension, noon - hour, noon + hour)
        .top(5)
        .map(({ key }) => key)
    expect(bad()).toEqual([{ key: 'identity-1', bad: 2, error: 0 }])
    expect([keysOf('workload'), keysOf('code')]).toEqual([['pod checkout-1'], ['ExpiredToken']])
    observe(engine, [accepted])
    expect(bad()).toEqual([{ key: 'identity-1', bad: 1, error: 0 }])
    expect([keysOf('reason'), keysOf('workload'), keysOf('code')]).toEqual([['permission_denied'], [], []])
    expect(state?.seen).toEqual({ good: 1, bad: 2, excluded: 1 })
  })

  it('can be excluded until it is pruned', () => {
    const kept = observe(engineOf([serviceAuth]), [refused])
    kept.prune(noon)
    expect(counts(observe(kept, [accepted]))).toEqual([[1, 0, 1]])
    const forgotten = observe(engineOf([serviceAuth]), [refused])
    forgotten.prune(noon + second)
    expect(counts(observe(forgotten, [accepted]))).toEqual([[1, 1, 0]])
  })
})

describe('new definitions', () => {
  const refused = anExpiredTokenUse({ time: noon })
  const accepted = aTokenUse({ time: noon + second })

  it('keep the history of what counts the same, under a new target', () => {
    const engine = observe(engineOf([serviceAuth]), [aForbiddenTokenUse(), aTokenUse()])
    const fresh = engineOf(
      [{ ...serviceAuth, target: { percent: '50', ratio: '0.5', budget: '0.5' } }],
      engine,
    )
    expect(counts(fresh)).toEqual([[1, 1, 0]])
    expect(fresh.states.map((state) => evaluate(state, noon + hour).burnRate)).toEqual([1])
    expect(fresh.totals).toEqual(engine.totals)
    expect(counts(observe(fresh, [aForbiddenTokenUse()]))).toEqual([[1, 2, 0]])
  })

  it('start anew what counts otherwise', () => {
    const engine = observe(engineOf([serviceAuth]), [aForbiddenTokenUse()])
    expect(counts(engineOf([{ ...serviceAuth, revision: 'r2' }], engine))).toEqual([[0, 0, 0]])
    expect(counts(engineOf([{ ...serviceAuth, id: 'other' }], engine))).toEqual([[0, 0, 0]])
  })

  it('do not forget a refusal that can still be excused, nor a success that can still excuse', () => {
    const waiting = engineOf([serviceAuth], observe(engineOf([serviceAuth]), [refused]))
    expect(counts(observe(waiting, [accepted]))).toEqual([[1, 0, 1]])
    const succeeded = engineOf([serviceAuth], observe(engineOf([serviceAuth]), [accepted]))
    expect(counts(observe(succeeded, [refused]))).toEqual([[1, 0, 1]])
  })
})
