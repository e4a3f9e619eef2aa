/** What was left of a window's budget as the window went on: for charts. */
import type { ObjectiveStatus } from './evaluate.ts'
import { readWindow, rowsOf, weightedMean } from './window-reading.ts'

export interface BudgetPoint {
  /** Epoch ms. */
  readonly time: number
  /** Of the whole window's budget, 1 at its start; negative once it is overspent. */
  readonly remaining: number
}

/**
 * At `steps` + 1 instants from the start of the window to its end. The budget is that of all that the window counted,
 * so that the course only falls, and ends at the status's own `errorBudgetRemaining`. Empty without data.
 */
export function budgetCourse(status: ObjectiveStatus, steps: number): readonly BudgetPoint[] {
  const { state, from, to } = status
  if (!status.hasData) return []
  const rows = rowsOf(state, to)
  const whole = readWindow(state, rows, from, to, false)
  return Array.from({ length: steps + 1 }, (_, i): BudgetPoint => {
    const time = from + ((to - from) * i) / steps
    if (i === steps) return { time, remaining: status.errorBudgetRemaining }
    if (i === 0) return { time, remaining: 1 }
    const soFar = readWindow(state, rows, from, time, false)
    const spent = weightedMean(whole.rows, ({ row, effective }) => {
      const bad = soFar.rows.find((reading) => reading.row === row)?.effective.bad ?? 0
      return (bad * row.budget.scale) / ((effective.good + effective.bad) * row.budget.units)
    })
    return { time, remaining: 1 - spent }
  })
}
