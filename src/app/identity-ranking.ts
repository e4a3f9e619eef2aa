/** All descriptions of one identity as one, and who is in trouble most. */
import { joinedActivity } from './identity-activity.ts'
import type { IdentityTally } from './identity-tallies.ts'

export type RankedIdentity = Readonly<
  Pick<
    IdentityTally,
    'key' | 'identity' | 'provider' | 'owner' | 'failures' | 'events' | 'lastSeen' | 'activity'
  >
>

/** Identities of one id that have a wanted description, each once, under the one that most events gave. */
export function identitiesOf(
  last: IdentityTally,
  isWanted: (tally: IdentityTally) => boolean = () => true,
): readonly RankedIdentity[] {
  const found: { readonly descriptions: IdentityTally[] }[] = []
  for (let each: IdentityTally | undefined = last; each !== undefined; each = each.next) {
    const tally: IdentityTally = each
    const known = found.find(({ descriptions: [first] }) => first !== undefined && isSame(first, tally))
    if (known === undefined) found.push({ descriptions: [tally] })
    else known.descriptions.push(tally)
  }
  return found.filter(({ descriptions }) => descriptions.some(isWanted)).map(asOne)
}

function isSame(a: IdentityTally, b: IdentityTally): boolean {
  return a.provider === b.provider && a.identity.tenant === b.identity.tenant
}

function asOne({ descriptions }: { readonly descriptions: readonly IdentityTally[] }): RankedIdentity {
  const main = descriptions.reduce((a, b) => (byDescription(b, a) < 0 ? b : a))
  const sum = (of: (tally: IdentityTally) => number): number =>
    descriptions.reduce((all, each) => all + of(each), 0)
  return {
    ...main,
    failures: sum(({ failures }) => failures),
    events: sum(({ events }) => events),
    lastSeen: Math.max(...descriptions.map(({ lastSeen }) => lastSeen)),
    activity: descriptions.map(({ activity }) => activity).reduce(joinedActivity),
  }
}

function compareTexts(a: string, b: string): number {
  return a === b ? 0 : a < b ? -1 : 1
}

/** Most events first; a total order of its own, so that it does not show which record came first. */
function byDescription(a: IdentityTally, b: IdentityTally): number {
  return b.events - a.events || compareTexts(a.key, b.key)
}

/** Most failures first, then most events; total. */
export function byTrouble(a: RankedIdentity, b: RankedIdentity): number {
  return (
    b.failures - a.failures ||
    b.events - a.events ||
    compareTexts(a.identity.id, b.identity.id) ||
    compareTexts(a.provider, b.provider) ||
    compareTexts(a.identity.tenant, b.identity.tenant)
  )
}

const mostEvents = 2 ** 26

/** Never less for one that comes before another. */
export function troubleScore({ failures, events }: RankedIdentity): number {
  return failures * mostEvents + Math.min(events, mostEvents - 1)
}
