/** The time of a review, in steps of a UTC day, or of an hour where it is short. */

/** Epoch ms, [from, to). */
export interface Span {
  readonly from: number
  readonly to: number
}

const hourMs = 3_600_000
const dayMs = 24 * hourMs
const leastDays = 3

export function stepLengthMs({ from, to }: Span): number {
  return to - from < leastDays * dayMs ? hourMs : dayMs
}

/** They begin with whole UTC hours or days: the first and the last are of a part of one. */
export function stepsOf(span: Span): readonly Span[] {
  const length = stepLengthMs(span)
  const steps: Span[] = []
  for (let from = span.from; from < span.to; ) {
    const to = Math.min(span.to, (Math.floor(from / length) + 1) * length)
    steps.push({ from, to })
    from = to
  }
  return steps
}

/** Which of the steps an instant of the span lies in. */
export function stepOf(span: Span, time: number): number {
  const length = stepLengthMs(span)
  return Math.floor(time / length) - Math.floor(span.from / length)
}
