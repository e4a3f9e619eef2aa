/** The records of several log files in the order in which they arrived. */
import type { ArrivalLane, Arrived } from './arrival-lane.ts'

interface Choice {
  readonly lane: ArrivalLane
  /** Its records up to here come before those of all other lanes. */
  readonly until: number
}

/** The lane whose head arrived first (of those that arrived together, the first lane); undefined when all are at their ends. */
function choose(lanes: readonly ArrivalLane[]): Choice | undefined {
  let first: ArrivalLane | undefined
  let least = Number.POSITIVE_INFINITY
  let until = Number.POSITIVE_INFINITY
  for (const lane of lanes) {
    const at = lane.head?.at
    if (at === undefined) continue
    if (first === undefined || at < least) {
      until = first === undefined ? until : least
      first = lane
      least = at
    } else until = Math.min(until, at)
  }
  return first && { lane: first, until }
}

/** Calls `onArrived` for each record of all lanes, earliest arrival first. Throws AppError if a file cannot be read. */
export async function inOrderOfArrival(
  lanes: readonly ArrivalLane[],
  onArrived: (arrived: Arrived) => void,
): Promise<void> {
  for (const lane of lanes) await lane.filled()
  for (let choice = choose(lanes); choice !== undefined; choice = choose(lanes)) {
    const { lane, until } = choice
    const first = lane.head
    for (let head = first; head !== undefined; head = lane.head) {
      // One at least: what arrived together is taken from the lanes in turn.
      if (head !== first && head.at >= until) break
      onArrived(head)
      lane.take()
      if (lane.head === undefined) await lane.filled()
    }
  }
}
