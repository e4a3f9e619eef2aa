/** The values that were told of one identity, slice by slice, as runs of equal ones; and what changes when they are told anew. */

/** From this slice on, until the next run. */
export interface Run {
  /** Slices are numbered from the epoch. */
  readonly slice: number
  /** Resources; Infinity for a wide radius, `untold` where there is nothing to say. */
  readonly value: number
}

/** Slices in which nobody could act as the identity. */
export const untold = -1

export interface Past {
  readonly about: string
  /** Whether it is told of from the first slice on that anything is. */
  readonly isFromTheStart: boolean
  /** Slices [from, until) are told, those before `final` for good. */
  readonly from: number
  readonly until: number
  readonly final: number
  /** In the order of slices. */
  readonly runs: readonly Run[]
}

export interface Observation {
  readonly slice: number
  readonly value: number
  readonly count: 1 | -1
}

function valueIn({ runs, until }: Pick<Past, 'runs' | 'until'>, slice: number): number {
  if (slice >= until) return untold
  return runs.findLast((run) => run.slice <= slice)?.value ?? untold
}

function differ(
  slice: number,
  before: number,
  after: number,
  tell: (observation: Observation) => void,
): void {
  if (before === after) return
  if (before !== untold) tell({ slice, value: before, count: -1 })
  if (after !== untold) tell({ slice, value: after, count: 1 })
}

/** Tells [start, end) with `values` in place of what was told of it. Gives the runs that hold from then on. */
export function rewritten(
  past: Past,
  start: number,
  end: number,
  values: Iterable<number>,
  tell: (observation: Observation) => void,
): readonly Run[] {
  const runs = past.runs.filter(({ slice }) => slice < start)
  let last = valueIn({ runs, until: Number.POSITIVE_INFINITY }, start)
  let slice = start
  for (const value of values) {
    if (slice >= end) break
    differ(slice, valueIn(past, slice), value, tell)
    if (value !== last) runs.push({ slice, value })
    last = value
    slice++
  }
  return runs
}
