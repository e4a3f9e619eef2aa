/** The steps of a review side by side: what both its Markdown and its HTML draw. */
import type { Review } from './review.ts'

export interface TrendStep {
  readonly label: string
  /** Of all objectives; undefined where none kept so old a step. */
  readonly bad: number | undefined
  /** Detected in it. */
  readonly pages: number
  readonly tickets: number
  readonly expected: number
  readonly unexpected: number
  /** Undefined where they are not counted, or not known. */
  readonly fallbacks: number | undefined
  readonly authentications: number | undefined
}

/** `03-02` or `03-02 09:00` */
function labelOf(start: string, step: string): string {
  return step === '1d' ? start.slice(5, 10) : start.slice(5, 16).replace('T', ' ')
}

/** Bad events of all objectives are one sum: which objective had them is in the table of budgets. */
export function trendOf(review: Review): readonly TrendStep[] {
  const { starts, step, objectives, incidents, drift, fallback } = review
  return starts.map((start, i) => {
    const end = starts[i + 1]
    const detected = incidents.filter(
      ({ detectedAt }) => detectedAt >= start && (end === undefined || detectedAt < end),
    )
    const bad = objectives.flatMap(({ badByStep }) => badByStep[i] ?? [])
    const pages = detected.filter(({ severity }) => severity === 'page').length
    return {
      label: labelOf(start, step),
      bad: bad.length === 0 ? undefined : bad.reduce((sum, each) => sum + each, 0),
      ...{ pages, tickets: detected.length - pages },
      expected: drift.byStep[i]?.expected ?? 0,
      unexpected: drift.byStep[i]?.unexpected ?? 0,
      fallbacks: fallback.byStep[i]?.fallbacks,
      authentications: fallback.byStep[i]?.all,
    }
  })
}
