import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { availableIndicators } from '../../src/indicators/available.ts'
import { Engine } from '../../src/objectives/engine.ts'
import { evaluate } from '../../src/objectives/evaluate.ts'
import type { Objective } from '../../src/objectives/objective.ts'
import type { ObjectiveState } from '../../src/objectives/objective-state.ts'
import { guardWindowMs, sigmasAbove } from '../../src/objectives/page-guard.ts'
import { aFailedTokenRequest, aTokenRequest, noon } from '../support/event.ts'
import { anObjective, aTarget, rollingDays } from '../support/objective.ts'

const second = 1000
const minute = 60 * second
const hour = 60 * minute
const day = 24 * hour

function stateOf(changes: Partial<Objective> = {}): ObjectiveState {
  const retention = { fineMs: 2 * hour, slicesMs: 3 * day }
  const [state] = new Engine([anObjective(changes)], availableIndicators, retention).states
  if (state === undefined) throw new Error('an engine has a state for each objective')
  return state
}

/** Evenly spaced requests of [from, to); those that `fails` says, fail. */
function traffic(
  state: ObjectiveState,
  from: number,
  to: number,
  perMinute: number,
  fails: (time: number, i: number) => boolean,
): ObjectiveState {
  const every = minute / perMinute
  let i = 0
  for (let time = from; time < to; time += every) {
    const at = Math.floor(time)
    if (fails(at, i++)) state.record(aFailedTokenRequest({ time: at }), 0, 'bad', 1)
    else state.record(aTokenRequest({ time: at }), 0, 'good', 1)
  }
  return state
}

/** Pages at an instant, as if nothing later had been seen. */
function pagesAt(state: ObjectiveState, at: number): readonly string[] {
  return evaluate(state, at)
    .alerts.filter(({ isFiring, severity }) => isFiring && severity === 'page')
    .map(({ id }) => id)
}

/** Looks every 10 s: what paged, and when first, seconds after noon. */
function pagesOver(
  changes: Partial<Objective>,
  perMinute: number,
  untilMs: number,
  fails: (time: number, i: number) => boolean,
): { readonly ids: readonly string[]; readonly first: number | undefined } {
  const state = traffic(stateOf(changes), noon - 6 * hour, noon, perMinute, () => false)
  const ids = new Set<string>()
  let first: number | undefined
  let i = 0
  const every = minute / perMinute
  let next = noon
  for (let at = noon + 10 * second; at <= noon + untilMs; at += 10 * second) {
    for (; next < at; next += every) {
      const time = Math.floor(next)
      if (fails(time, i++)) state.record(aFailedTokenRequest({ time }), 0, 'bad', 1)
      else state.record(aTokenRequest({ time }), 0, 'good', 1)
    }
    for (const id of pagesAt(state, at)) {
      first ??= (at - noon) / second
      ids.add(id)
    }
  }
  return { ids: [...ids], first }
}

const objectives: readonly (readonly [string, Partial<Objective>])[] = [
  ['99.95 % over 30 d', {}],
  ['99.9 % over 7 d', { target: aTarget('99.9'), window: rollingDays(7) }],
  ['99.99 % over 30 d', { target: aTarget('99.99') }],
]

describe.each(objectives)('the guard of pages, for %s', (_, changes) => {
  it.each([6, 60, 600])('keeps a blip of 40 s quiet, at %d requests a minute', (perMinute) => {
    for (const begins of [0, 3, 7]) {
      const from = noon + minute + begins * second
      const fails = (time: number) => time >= from && time < from + 40 * second
      expect(pagesOver(changes, perMinute, 20 * minute, fails).ids).toEqual([])
    }
  })

  it.each([30, 60, 600])('tells an outage within two minutes, at %d requests a minute', (perMinute) => {
    const { first } = pagesOver(changes, perMinute, 3 * minute, () => true)
    expect(first).toBeLessThanOrEqual(100)
    expect(first).toBeGreaterThan(50)
  })

  it('tells an outage among few requests, only later', () => {
    const { first } = pagesOver(changes, 1, 20 * minute, () => true)
    expect(first).toBeLessThanOrEqual(5 * 60)
  })

  it('tells failures of ten times what is allowed within a quarter of an hour', () => {
    const share = 10 * Number(anObjective(changes).target.budget)
    const { ids, first } = pagesOver(
      changes,
      3000,
      16 * minute,
      (_time, i) => i % Math.round(1 / share) === 0,
    )
    expect(ids).toContain('page-sustained')
    expect(first).toBeLessThanOrEqual(14 * 60)
  })

  it('does not wake anybody for two failures among few', () => {
    expect(pagesOver(changes, 2, hour, (_time, i) => i === 3 || i === 40).ids).toEqual([])
  })
})

describe('the guard of pages', () => {
  it('is off where one failure is enough', () => {
    const fails = (time: number) => time < noon + 5 * second
    expect(pagesOver({ minBadEvents: 1 }, 60, 2 * minute, fails).ids).not.toEqual([])
  })

  it('lets a second blip through that comes within the half hour', () => {
    const isBlip = (time: number, from: number) => time >= from && time < from + 40 * second
    const fails = (time: number) => isBlip(time, noon) || isBlip(time, noon + 10 * minute)
    expect(pagesOver({}, 60, 20 * minute, fails).ids).toContain('page-quick')
  })

  it('looks at no more than half an hour', () => {
    expect([guardWindowMs(15 * minute), guardWindowMs(hour), guardWindowMs(6 * hour)]).toEqual([
      15 * minute,
      30 * minute,
      30 * minute,
    ])
  })

  it('is as sure as it says: failures at the allowed rate pass it less than once in a hundred times', () => {
    // Poisson counts by multiplying uniform numbers; the seed is fixed, so the test is exact.
    const uniform = (seed: { value: number }) => {
      seed.value = (Math.imul(seed.value, 1_664_525) + 1_013_904_223) >>> 0
      return (seed.value + 0.5) / 2 ** 32
    }
    const seed = { value: 7 }
    for (const allowed of [0.3, 1, 5, 40]) {
      const trials = 20_000
      let passed = 0
      for (let i = 0; i < trials; i++) {
        let count = -1
        for (let product = 1, end = Math.exp(-allowed); product > end; count++) product *= uniform(seed)
        if (sigmasAbove(count, allowed) > 2.5) passed++
      }
      expect(passed / trials).toBeLessThan(1 / 100)
    }
  })

  it('is surer with every failure, and less sure with everything that is allowed', () => {
    const counts = fc.integer({ min: 0, max: 1_000_000 })
    fc.assert(
      fc.property(counts, counts, (bad, allowed) => {
        expect(sigmasAbove(bad + 1, allowed)).toBeGreaterThan(sigmasAbove(bad, allowed))
        expect(sigmasAbove(bad, allowed + 1)).toBeLessThan(sigmasAbove(bad, allowed))
      }),
    )
  })
})
