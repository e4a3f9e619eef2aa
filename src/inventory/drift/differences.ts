/** Where the rights that are held differ from the baseline, and whether an event told of it. */
import type { Baseline } from './baseline.ts'
import { grantKey, type HeldGrant, inOrder } from './held-grant.ts'
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

/** In the order of their grants; none where the baseline was made of the same lists and events. */
export function differencesFrom(
  baseline: Baseline,
  listings: readonly Listing[],
  teller: Teller,
): readonly Difference[] {
  const held = new RightsHeld(listings, teller)
  const belongs = new Set([...baseline.grants.keys()].map((key) => teller.shownKey(key)))
  const found: Difference[] = []
  for (const grant of held.each()) {
    if (belongs.has(teller.shownKey(grantKey(grant)))) continue
    const isTold = teller.newest(grant)?.op === 'granted'
    found.push({ op: 'granted', grant, isTold, takenAt: held.listedAt(grant) })
  }
  for (const grant of baseline.grants.values()) {
    const holding = held.holding(grant)
    if (holding === 'removed') found.push({ op: 'removed', grant, isTold: true, takenAt: undefined })
    else if (holding === 'not-listed')
      found.push({ op: 'removed', grant, isTold: false, takenAt: held.coveredAt(grant) })
  }
  return inOrder(found, ({ grant }) => grant)
}
