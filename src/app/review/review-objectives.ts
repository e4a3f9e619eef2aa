/** Objectives of a review: how they stood over it, step by step. */
import { costSince } from '../../incidents/failing.ts'
import type { Counts } from '../../indicators/tally.ts'
import { goodRatio } from '../../objectives/budget.ts'
import { budgetCourse } from '../../objectives/budget-course.ts'
import type { ObjectiveStatus } from '../../objectives/evaluate.ts'
import { readWindow, rowsOf, shown } from '../../objectives/window-reading.ts'
import type { ReviewFallback, ReviewObjective } from '../../outputs/reports/review.ts'
import { type Span, stepsOf } from './span.ts'

const courseSteps = 60
const maxCulprits = 3

/** Undefined for what lies before all that is kept. */
function countsOf({ state, to }: ObjectiveStatus, span: Span): Counts | undefined {
  const kept = Math.min(...state.tallies.map((tally) => tally.keptFrom))
  if (span.to <= kept) return undefined
  return shown(state, readWindow(state, rowsOf(state, to), span.from, span.to, false).counts)
}

function culpritsOf({ state }: ObjectiveStatus, { from, to }: Span, nameOf: (id: string) => string) {
  const top = state.contributors('identity', from, to).top(maxCulprits)
  return top.map(({ key, bad }) => `${nameOf(key)} (${bad})`)
}

function reviewed(status: ObjectiveStatus, span: Span, nameOf: (id: string) => string): ReviewObjective {
  const { state, errorBudgetRemaining, hasData } = status
  const { id, service, sli, target, window } = state.objective
  const counts = countsOf(status, span) ?? { good: 0, bad: 0, excluded: 0 }
  return {
    ...{ id, service, hasData },
    indicator: sli?.indicator ?? 'composite',
    target: Number(target.ratio),
    window: window.text,
    good: counts.good,
    bad: counts.bad,
    value: goodRatio(counts),
    budgetSpent: costSince(status, span.from).budgetSpent,
    budgetRemaining: errorBudgetRemaining,
    badByStep: stepsOf(span).map((step) => countsOf(status, step)?.bad),
    course: budgetCourse(status, courseSteps).map(({ time, remaining }) => ({
      time: new Date(time).toISOString(),
      errorBudgetRemaining: remaining,
    })),
    culprits: counts.bad > 0 ? culpritsOf(status, span, nameOf) : [],
  }
}

function byTrouble(a: ReviewObjective, b: ReviewObjective): number {
  const without = Number(a.hasData) - Number(b.hasData)
  return -without || a.budgetRemaining - b.budgetRemaining || (a.id < b.id ? -1 : 1)
}

/** The worst first; those without data last. */
export function reviewObjectives(
  statuses: readonly ObjectiveStatus[],
  span: Span,
  nameOf: (id: string) => string,
): readonly ReviewObjective[] {
  return statuses.map((status) => reviewed(status, span, nameOf)).sort(byTrouble)
}

/** Of the first objective that counts them: several would count the same use twice. */
export function reviewFallback(
  statuses: readonly ObjectiveStatus[],
  span: Span,
  nameOf: (id: string) => string,
): ReviewFallback {
  const status = statuses.find(({ state }) => state.objective.sli?.indicator === 'secret-fallback')
  if (status === undefined) return { isCounted: false, byStep: [], culprits: [] }
  return {
    isCounted: true,
    byStep: stepsOf(span).map((step) => {
      const counts = countsOf(status, step)
      return counts && { fallbacks: counts.bad, all: counts.good + counts.bad }
    }),
    culprits: culpritsOf(status, span, nameOf),
  }
}
