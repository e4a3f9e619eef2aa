/** What the gauges show of the inventory, and what the blast-radius objective judges: as of now, from the same numbers. */
import type { Provider } from '../events/event.ts'
import type { FindingKind, HygieneLimits } from './hygiene.ts'
import type { Inventory } from './inventory.ts'

export interface IdentityValue {
  readonly identity: string
  readonly provider: Provider
  readonly granted: number
  readonly used: number
}

export interface ExposureSamples {
  /** The identities with the largest radius, in that order. */
  readonly top: readonly IdentityValue[]
  /** The largest radius among all others; 0 where there are none. */
  readonly rest: { readonly identities: number; readonly granted: number; readonly used: number }
  readonly orphaned: number
}

const orphans: ReadonlySet<FindingKind> = new Set<FindingKind>([
  'deleted-but-assigned',
  'disabled-but-assigned',
  'assigned-to-nobody',
  'never-used',
])

/** `now` in epoch ms. Costs a look at every identity: for a minute's tick, not for each scrape. */
export function exposureSamples(
  inventory: Inventory,
  now: number,
  limit: number,
  limits?: HygieneLimits,
): ExposureSamples {
  const values = inventory.ranking().map(({ identity, provider, granted, used }) => ({
    identity,
    provider,
    granted: granted.count,
    used,
  }))
  values.sort((a, b) => b.granted - a.granted)
  const others = values.slice(limit)
  const identities = inventory
    .findings(now, limits)
    .flatMap(({ kind, identity }) => (orphans.has(kind) ? [identity] : []))
  const most = (of: 'granted' | 'used'): number => others.reduce((max, value) => Math.max(max, value[of]), 0)
  return {
    top: values.slice(0, limit),
    rest: { identities: others.length, granted: most('granted'), used: most('used') },
    orphaned: new Set(identities).size,
  }
}

/** M10's verdict on one identity: a whole account or more is wider than any limit. */
export function isWithin(
  radius: { readonly count: number; readonly isWide: boolean },
  limit: number,
): boolean {
  return !radius.isWide && radius.count <= limit
}
