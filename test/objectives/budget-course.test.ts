import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { budgetCourse } from '../../src/objectives/budget-course.ts'
import { evaluate } from '../../src/objectives/evaluate.ts'
import { ObjectiveState } from '../../src/objectives/objective-state.ts'
import { aTokenRequest } from '../support/event.ts'
import { anObjective, aTarget, rollingDays } from '../support/objective.ts'

const hourMs = 3_600_000
const dayMs = 24 * hourMs
const to = Date.UTC(2026, 2, 10)
const retention = { fineMs: 2 * hourMs, slicesMs: dayMs }

function stateOf(bad: readonly number[], good: readonly number[], isSliced = false): ObjectiveState {
  const objective = anObjective({
    target: aTarget('90'),
    window: rollingDays(7),
    ...(isSliced && { budgeting: { method: 'RatioTimeslices', sliceMs: 5 * 60_000 } as const }),
  })
  const state = new ObjectiveState(objective, retention)
  for (const time of [...good].sort((a, b) => a - b)) state.record(aTokenRequest({ time }), 0, 'good', 1)
  for (const time of [...bad].sort((a, b) => a - b)) state.record(aTokenRequest({ time }), 0, 'bad', 1)
  return state
}

describe('the course of a budget', () => {
  it('falls by what each bad event spends of the whole window, when it happened', () => {
    const good = Array.from({ length: 99 }, (_, i) => to - 7 * dayMs + (i + 1) * hourMs)
    const status = evaluate(stateOf([to - 2 * dayMs], good), to)
    const course = budgetCourse(status, 7).map(({ time, remaining }) => [(to - time) / dayMs, remaining])
    const left = expect.closeTo(0.9, 9)
    expect(course).toEqual([
      [7, 1],
      [6, 1],
      [5, 1],
      [4, 1],
      [3, 1],
      [2, 1],
      [1, left],
      [0, left],
    ])
  })

  it('is empty before the first event', () => {
    expect(budgetCourse(evaluate(stateOf([], []), to), 10)).toEqual([])
  })

  it('begins with all of the budget, never rises, and ends where the objective stands', () => {
    const times = fc.array(fc.integer({ min: to - 7 * dayMs, max: to - 1 }), { maxLength: 60 })
    fc.assert(
      fc.property(times, times, fc.boolean(), (bad, good, isSliced) => {
        const status = evaluate(stateOf(bad, good, isSliced), to)
        const course = budgetCourse(status, 20).map(({ remaining }) => remaining)
        if (course.length === 0) return
        expect(course[0]).toBe(1)
        expect(course.at(-1)).toBe(status.errorBudgetRemaining)
        course.forEach((left, i) => {
          expect(left).toBeLessThanOrEqual((course[i - 1] ?? 1) + 1e-9)
        })
      }),
      { numRuns: 60 },
    )
  })
})
