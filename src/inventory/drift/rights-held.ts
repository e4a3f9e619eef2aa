/** Which rights are held now: what lists show and what events told, the newer of the two. */
import { grantKey, type HeldGrant, inOrder } from './held-grant.ts'
import { type Listing, placeOf } from './listing.ts'
import type { Telling } from './tellings.ts'

/** What events said: see `Tellings`. */
export interface Teller {
  readonly newest: (grant: HeldGrant) => Telling | undefined
  readonly shownKey: (key: string) => string
  readonly grants: () => Iterable<HeldGrant>
}

/** Whether a right is held, and why not: events told, or a list does not have it. `unknown`: neither speaks of it. */
export type Holding = 'held' | 'removed' | 'not-listed' | 'unknown'

interface Listed {
  /** Epoch ms, of the newest list that has it. */
  takenAt: number
  readonly grants: HeldGrant[]
}

export class RightsHeld {
  readonly #teller: Teller
  readonly #listed = new Map<string, Listed>()
  /** When the newest list of a place was taken, epoch ms. */
  readonly #covered = new Map<string, number>()

  private constructor(teller: Teller) {
    this.#teller = teller
  }

  /** Pauses where it yields. */
  static *of(listings: readonly Listing[], teller: Teller): Generator<void, RightsHeld> {
    const held = new RightsHeld(teller)
    for (const listing of listings) yield* held.#take(listing)
    return held
  }

  *#take({ takenAt, grants, covers }: Listing): Generator<void, void> {
    for (const [written, same] of grants) {
      yield
      const key = this.#teller.shownKey(written)
      const known = this.#listed.get(key)
      if (known === undefined) this.#listed.set(key, { takenAt, grants: [...same] })
      else {
        known.takenAt = Math.max(known.takenAt, takenAt)
        known.grants.push(...same)
      }
    }
    for (const place of covers) {
      yield
      this.#covered.set(place, Math.max(takenAt, this.#covered.get(place) ?? -Infinity))
    }
  }

  holding(grant: HeldGrant): Holding {
    const listed = this.#listed.get(this.#teller.shownKey(grantKey(grant)))
    if (listed !== undefined) {
      // One of several bindings that give the same right is enough.
      const isGone = listed.grants.every((each) => {
        const told = this.#teller.newest(each)
        return told?.op === 'removed' && told.time >= listed.takenAt
      })
      return isGone ? 'removed' : 'held'
    }
    const told = this.#teller.newest(grant)
    if (told?.op === 'removed') return 'removed'
    const coveredAt = this.coveredAt(grant)
    if (coveredAt !== undefined && coveredAt > (told?.time ?? -Infinity)) return 'not-listed'
    return told === undefined ? 'unknown' : 'held'
  }

  /** When a list was taken that has the right, epoch ms. */
  listedAt(grant: HeldGrant): number | undefined {
    return this.#listed.get(this.#teller.shownKey(grantKey(grant)))?.takenAt
  }

  /** When the newest list was taken that would have it, epoch ms. */
  coveredAt(grant: HeldGrant): number | undefined {
    const place = placeOf(grant)
    return place === undefined ? undefined : this.#covered.get(place)
  }

  /** Every right that lists or events speak of, held or not, once; of several bindings the first by name. */
  *spokenOf(): Generator<HeldGrant> {
    for (const { grants } of this.#listed.values())
      yield grants.reduce((a, b) => ((b.binding ?? '') < (a.binding ?? '') ? b : a))
    for (const grant of this.#teller.grants()) if (this.listedAt(grant) === undefined) yield grant
  }

  /** Every right that is held, in order. */
  all(): readonly HeldGrant[] {
    const held = [...this.spokenOf()].filter((grant) => this.holding(grant) === 'held')
    return inOrder(held, (grant) => grant)
  }
}
