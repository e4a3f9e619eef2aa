/** Sets of instants as half-open intervals, in order and apart from each other. */

/** [from, to), epoch ms. */
export interface Interval {
  readonly from: number
  readonly to: number
}

/** Everything that lies in any of them; those that touch become one. */
export function union(intervals: readonly Interval[]): readonly Interval[] {
  const joined: { from: number; to: number }[] = []
  for (const { from, to } of intervals.toSorted((a, b) => a.from - b.from)) {
    const last = joined.at(-1)
    if (from >= to) continue
    if (last !== undefined && from <= last.to) last.to = Math.max(last.to, to)
    else joined.push({ from, to })
  }
  return joined
}

/** What lies in `intervals` and not in `taken`; both are unions. */
export function without(intervals: readonly Interval[], taken: readonly Interval[]): readonly Interval[] {
  const left: Interval[] = []
  for (const { from, to } of intervals) {
    let at = from
    for (const hole of taken) {
      if (hole.to <= at || hole.from >= to) continue
      if (hole.from > at) left.push({ from: at, to: hole.from })
      at = hole.to
    }
    if (at < to) left.push({ from: at, to })
  }
  return left
}

/** Length of what lies in [from, to), ms. */
export function lengthWithin(intervals: readonly Interval[], from: number, to: number): number {
  let length = 0
  for (const each of intervals) length += Math.max(0, Math.min(each.to, to) - Math.max(each.from, from))
  return length
}

/** The interval of a union that holds the instant. */
export function intervalAt(intervals: readonly Interval[], time: number): Interval | undefined {
  return intervals.find(({ from, to }) => from <= time && time < to)
}
