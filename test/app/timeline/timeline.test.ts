import { describe, expect, it } from 'vitest'
import { Timeline } from '../../../src/app/timeline/timeline.ts'
import type { Owner } from '../../../src/events/ownership.ts'
import { availableIndicators } from '../../../src/indicators/available.ts'
import { Engine } from '../../../src/objectives/engine.ts'
import { evaluate } from '../../../src/objectives/evaluate.ts'
import { aFailedTokenRequest, aTokenRequest, noon } from '../../support/event.ts'
import { anObjective } from '../../support/objective.ts'

const owner: Owner = { app: 'checkout', team: 'team-payments', criticality: 'critical', isOwned: true }
const stepMs = 30_000

/** A timeline over an engine of one objective; events count when they arrive. */
function rehearsal() {
  const engine = new Engine([anObjective()], availableIndicators, { fineMs: 7_200_000, slicesMs: 1e10 })
  let newest = noon
  const looks: number[] = []
  const timeline = new Timeline(stepMs, () => {
    const at = (Math.floor(newest / 10_000) + 1) * 10_000
    looks.push(at)
    return engine.states.map((state) => evaluate(state, at))
  })
  const arrive = (arrivalMs: number, timeMs: number, isBad: boolean, id = 'mi-1'): void => {
    timeline.arriving(noon + arrivalMs)
    const make = isBad ? aFailedTokenRequest : aTokenRequest
    const identity = { id, type: 'system-assigned', tenant: 't' } as const
    const event = make({ id: `${id}${timeMs}`, time: noon + timeMs, identity })
    engine.observe(event, engine.targetsFor(event, owner))
    newest = Math.max(newest, noon + timeMs)
  }
  return { timeline, arrive, looks }
}

describe('a timeline', () => {
  it('tells when an alert fired and resolved in arrival time, with who failed most', () => {
    const { timeline, arrive } = rehearsal()
    for (let second = 0; second < 3600; second += 10) arrive(second * 1000, second * 1000, false)
    for (let second = 3600; second < 4200; second += 10) {
      arrive(second * 1000, second * 1000, true, 'mi-bad')
      if (second % 60 === 0) arrive(second * 1000 + 1, second * 1000 + 1, true, 'mi-second')
    }
    for (let second = 4200; second < 9000; second += 10) arrive(second * 1000, second * 1000, false)
    timeline.finish()
    const quick = timeline.transitions.filter(({ alert }) => alert === 'page-quick')
    expect(quick.map(({ state }) => state)).toEqual(['firing', 'resolved'])
    const [fired, resolved] = quick
    expect(fired).toMatchObject({
      objective: 'checkout-token-issuance',
      severity: 'page',
      diagnosis: null,
      culprits: ['mi-bad', 'mi-second'],
    })
    expect(Date.parse(fired?.at ?? '')).toBeGreaterThan(noon + 3600_000)
    expect(Date.parse(fired?.at ?? '')).toBeLessThanOrEqual(noon + 3720_000)
    expect(Date.parse(resolved?.at ?? '')).toBeGreaterThan(noon + 4200_000)
    expect(resolved?.culprits).toEqual(fired?.culprits)
    for (const { at } of timeline.transitions) expect(Date.parse(at) % stepMs).toBe(0)
  })

  it('sees failures when they arrive, not when they happened', () => {
    const { timeline, arrive } = rehearsal()
    for (let second = 0; second < 1200; second += 10) arrive(second * 1000, second * 1000, false)
    for (let i = 0; i < 60; i++) arrive(1_200_000 + i, 900_000 + i * 5000, true)
    timeline.finish()
    const [first] = timeline.transitions
    expect(first?.state).toBe('firing')
    expect(Date.parse(first?.at ?? '')).toBe(noon + 1_230_000)
  })

  it('looks once at each step at which something new has arrived, and at no other', () => {
    const { timeline, arrive, looks } = rehearsal()
    arrive(0, 0, false)
    arrive(1, 1, false)
    arrive(30_000, 2, false)
    arrive(30_001, 3, false)
    arrive(86_400_000, 4, false)
    timeline.finish()
    timeline.finish()
    expect(looks).toHaveLength(4)
  })

  it('has nothing to say of records that never had a time', () => {
    const { timeline, looks } = rehearsal()
    timeline.arriving(Number.NEGATIVE_INFINITY)
    timeline.finish()
    expect([looks, timeline.transitions]).toEqual([[], []])
  })
})
