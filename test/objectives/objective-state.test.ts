import { describe, expect, it } from 'vitest'
import { ObjectiveState } from '../../src/objectives/objective-state.ts'
import { aFailedTokenRequest, aForbiddenTokenUse, aTokenRequest, noon } from '../support/event.ts'
import { anObjective, rollingDays } from '../support/objective.ts'

const hour = 3_600_000
const day = 24 * hour
const midnight = noon - 12 * hour

function aState(days = 30): ObjectiveState {
  return new ObjectiveState(anObjective({ window: rollingDays(days) }), { fineMs: 2 * hour, slicesMs: day })
}

describe('who burned the budget', () => {
  it('is counted by identity, workload, reason and code, for bad events alone', () => {
    const state = aState()
    const workload = { kind: 'pod', name: 'checkout-1' } as const
    state.record(aFailedTokenRequest({ workload }), 0, 'bad', 1)
    state.record(
      aForbiddenTokenUse({ identity: { id: 'identity-2', type: 'role', tenant: '' } }),
      0,
      'bad',
      1,
    )
    state.record(aTokenRequest({ workload }), 0, 'good', 1)
    state.record(aFailedTokenRequest({ workload }), 0, 'excluded', 1)
    const top = (dimension: Parameters<ObjectiveState['contributors']>[0]) =>
      state
        .contributors(dimension, midnight, midnight + day)
        .top(5)
        .map(({ key, bad }) => `${key}: ${bad}`)
    expect(top('identity')).toEqual(['identity-1: 1', 'identity-2: 1'])
    expect(top('workload')).toEqual(['pod checkout-1: 1'])
    expect(top('reason')).toEqual(['permission_denied: 1', 'platform_error: 1'])
    expect(top('code')).toEqual(['E500: 1'])
  })

  it('is known for each day that a window touches', () => {
    const state = aState()
    for (const back of [0, 1, 2, 3]) {
      const identity = { id: `day-${back}`, type: 'role', tenant: '' } as const
      state.record(aFailedTokenRequest({ time: noon - back * day, identity }), 0, 'bad', 1)
    }
    const from = (start: number, end: number) =>
      state
        .contributors('identity', start, end)
        .top(9)
        .map(({ key }) => key)
    expect(from(midnight - day, midnight + 1)).toEqual(['day-0', 'day-1'])
    expect(from(midnight - day, midnight)).toEqual(['day-1'])
    expect(from(midnight - day - 1, midnight)).toEqual(['day-1', 'day-2'])
  })

  it('is kept for the window, and forgotten behind it', () => {
    const state = aState(7)
    for (let back = 20; back >= 0; back--)
      state.record(aFailedTokenRequest({ time: noon - back * day }), 0, 'bad', 1)
    state.prune()
    const bad = state.contributors('identity', 0, noon + day).top(1)[0]?.bad ?? 0
    expect(bad).toBeGreaterThanOrEqual(8)
    expect(bad).toBeLessThanOrEqual(14)
  })
})

describe('latencies', () => {
  it('are those of judged token requests in the days of a window', () => {
    const state = aState()
    state.record(aTokenRequest({ latencyMs: 100 }), 0, 'good', 1)
    state.record(aTokenRequest({ latencyMs: 900 }), 0, 'bad', 1)
    state.record(aFailedTokenRequest({ latencyMs: 1 }), 0, 'excluded', 1)
    state.record(aTokenRequest(), 0, 'good', 1)
    state.record(aTokenRequest({ latencyMs: 5, time: noon - day }), 0, 'good', 1)
    const today = state.latencies(midnight, midnight + day)
    expect(today.total).toBe(2)
    expect(today.quantile(0)).toBeCloseTo(100, -1)
    expect(state.latencies(midnight - day, midnight + day).total).toBe(3)
    expect(state.latencies(midnight + day, midnight + 2 * day).total).toBe(0)
  })
})
