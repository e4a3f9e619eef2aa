/** An identity's radius at the end of slices of time, by what is known now of then. */
import type { Principal } from './access-graph.ts'
import type { Inventory } from './inventory.ts'
import type { Radius } from './radius.ts'
import { untold } from './radius-runs.ts'

/**
 * Since when anything is said of what the identity may do: a list, or epoch ms of the first change. Undefined: nothing
 * is, and a radius of 0 would be a claim that nobody made.
 */
export function firstTold(inventory: Inventory, identity: string): 'listed' | number | undefined {
  const { graph } = inventory
  const principal = graph.principals.get(identity)
  if (principal === undefined) return undefined
  const grants = [...principal.grants.values()]
  if (principal.isListed || grants.some(({ listedAt }) => listedAt > -Infinity)) return 'listed'
  const first = Math.min(...graph.turnsOf(principal))
  return Number.isFinite(first) ? first : undefined
}

function asValue({ count, isWide }: Radius): number {
  return isWide ? Number.POSITIVE_INFINITY : count
}

function isGone({ state }: Principal, at: number): boolean {
  return state?.is === 'deleted' && state.time <= at
}

/** Values of the slices [start, end). A slice with no change in it is worth what the one before it was. */
export function* radiusIn(
  inventory: Inventory,
  identity: string,
  start: number,
  end: number,
  sliceMs: number,
): Generator<number, void> {
  const principal = inventory.graph.principals.get(identity)
  const turns = [...inventory.turns(identity), ...inventory.snapshots.map(({ takenAt }) => takenAt)]
  const slices = new Set(turns.map((time) => Math.floor(time / sliceMs)))
  const newest = Math.max(...turns)
  let value = untold
  for (let slice = start; slice < end; slice++) {
    const at = (slice + 1) * sliceMs - 1
    if (slice === start || slices.has(slice))
      value = asValue(newest <= at ? inventory.granted(identity) : inventory.grantedAt(identity, at))
    yield principal === undefined || isGone(principal, at) ? untold : value
  }
}
