/** Where the rights that are held differ from the baseline, and whether an event told of it. */
import type { Baseline } from './baseline.ts'
import { grantKey, type HeldGrant } from './held-grant.ts'
import type { Listing } from './listing.ts'
import { RightsHeld, type Teller } from './rights-held.ts'

export interface Difference {
  readonly op: 'granted' | 'removed'
  readonly grant: HeldGrant
  /** An event told of it; else a list alone shows it. */
  readonly isTold: boolean
  /** Of the list that shows it, epoch ms; `undefined` where only events speak of it. */
  readonly takenAt: number | undefined
}

/** In no order; none where the baseline was made of the same lists and events. Pauses where it yields. */
export function* differencesFrom(
  baseline: Baseline,
  listings: readonly Listing[],
  teller: Teller,
): Generator<void, readonly Difference[]> {
  const held = yield* RightsHeld.of(listings, teller)
  const belongs = new Set<string>()
  for (const key of baseline.grants.keys()) {
    yield
    belongs.add(teller.shownKey(key))
  }
  const found: Difference[] = []
  for (const grant of held.spokenOf()) {
    yield
    if (belongs.has(teller.shownKey(grantKey(grant))) || held.holding(grant) !== 'held') continue
    const isTold = teller.newest(grant)?.op === 'granted'
    found.push({ op: 'granted', grant, isTold, takenAt: held.listedAt(grant) })
  }
  for (const grant of baseline.grants.values()) {
    yield
    const holding = held.holding(grant)
    if (holding === 'removed') found.push({ op: 'removed', grant, isTold: true, takenAt: undefined })
    else if (holding === 'not-listed')
      found.push({ op: 'removed', grant, isTold: false, takenAt: held.coveredAt(grant) })
  }
  return found
}
