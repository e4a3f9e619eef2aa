/** Counts of each identity under the description that may be shown: what is kept of identities over restarts. */
import { type ChunkWriter, jsonBytes, jsonOf, type Stateful } from '../events/chunk.ts'
import type { Identity, IdentityEvent, Provider } from '../events/event.ts'
import type { Owner } from '../events/ownership.ts'
import {
  countActivity,
  type IdentityActivity,
  joinedActivity,
  noActivity,
  noteAge,
  restoredActivity,
  savedActivity,
} from './identity-activity.ts'
import { byTrouble, identitiesOf, type RankedIdentity, troubleScore } from './identity-ranking.ts'
import { rankedSlice } from './ranked-slice.ts'

/** One description of an identity: others may lack its name, and then it may have another owner. */
export interface IdentityTally {
  readonly key: string
  /** As it may be shown: people are pseudonyms here. */
  readonly identity: Identity
  readonly provider: Provider
  owner: Owner
  /** Failed and all events. */
  failures: number
  events: number
  /** Epoch ms. */
  lastSeen: number
  activity: IdentityActivity
  isDirty: boolean
  /** Another description of the same id. */
  next: IdentityTally | undefined
}

/** One identity, for reports. */
export type IdentitySummary = Readonly<Omit<IdentityTally, 'key' | 'isDirty' | 'next'>>

interface SavedTally {
  readonly identity: Identity
  readonly provider: Provider
  readonly counts: readonly [failures: number, events: number, lastSeen: number]
  readonly activity?: readonly number[]
}

function keyOf(identity: Identity, provider: Provider): string {
  const { id, tenant, type, name, namespace, path, repository, service } = identity
  const parts = [provider, id, tenant, type, name, namespace, path, repository]
  // Last, and only where it is there: the keys of what has none stay what they were.
  return encodeURIComponent(JSON.stringify(service === undefined ? parts : [...parts, service]))
}

export class IdentityTallies implements Stateful {
  readonly #ownerOf: (identity: Identity, provider: Provider) => Owner
  readonly #tallies = new Map<string, IdentityTally>()
  /** By id: the last of its descriptions, which leads to the others. */
  readonly #ids = new Map<string, IdentityTally>()
  #dirty: IdentityTally[] = []
  readonly #gone = new Set<string>()
  /** Whether the store may hold tallies under other keys than these. */
  #replacesAll: boolean

  constructor(ownerOf: (identity: Identity, provider: Provider) => Owner, replacesAll = false) {
    this.#ownerOf = ownerOf
    this.#replacesAll = replacesAll
  }

  get size(): number {
    return this.#tallies.size
  }

  all(): Iterable<IdentityTally> {
    return this.#tallies.values()
  }

  /** `owner`, where it is known, is that of the identity as the records describe it. */
  of(identity: Identity, provider: Provider, owner?: Owner): IdentityTally {
    const key = keyOf(identity, provider)
    let tally = this.#tallies.get(key)
    if (tally === undefined) {
      tally = {
        ...{ key, identity, provider, owner: owner ?? this.#ownerOf(identity, provider) },
        ...{ failures: 0, events: 0, lastSeen: 0, activity: noActivity() },
        ...{ isDirty: false, next: this.#ids.get(identity.id) },
      }
      this.#tallies.set(key, tally)
      this.#ids.set(identity.id, tally)
      this.#gone.delete(key)
    } else if (owner !== undefined) tally.owner = owner
    return tally
  }

  count(tally: IdentityTally, event: IdentityEvent): void {
    if (event.kind !== 'token.request' || !event.isCountedElsewhere) {
      const weight = event.weight ?? 1
      tally.events += weight
      if (event.outcome === 'failure') tally.failures += weight
    }
    countActivity(tally.activity, event)
    if (event.time > tally.lastSeen) tally.lastSeen = event.time
    if (!tally.isDirty) this.#mark(tally)
  }

  /** The age of a token became known after its use was counted. */
  learnAge(tally: IdentityTally, event: IdentityEvent): void {
    noteAge(tally.activity, event)
    if (!tally.isDirty) this.#mark(tally)
  }

  add(tally: IdentityTally, { failures, events, lastSeen, activity }: IdentitySummary): void {
    tally.failures += failures
    tally.events += events
    tally.lastSeen = Math.max(tally.lastSeen, lastSeen)
    tally.activity = joinedActivity(tally.activity, activity)
    if (!tally.isDirty) this.#mark(tally)
  }

  #mark(tally: IdentityTally): void {
    tally.isDirty = true
    this.#dirty.push(tally)
  }

  delete(tally: IdentityTally): void {
    if (this.#tallies.delete(tally.key)) this.#unlink(tally)
    this.#gone.add(tally.key)
  }

  #unlink(tally: IdentityTally): void {
    const { identity, next } = tally
    let before = this.#ids.get(identity.id)
    if (before === tally) {
      if (next === undefined) this.#ids.delete(identity.id)
      else this.#ids.set(identity.id, next)
      return
    }
    while (before !== undefined && before.next !== tally) before = before.next
    if (before !== undefined) before.next = next
  }

  /** Lets go of those without failures until no more than `most` are left, and of all if that is not enough. */
  forget(most: number): void {
    for (const tally of this.#tallies.values()) {
      if (this.#tallies.size <= most) return
      if (tally.failures === 0) this.delete(tally)
    }
    if (this.#tallies.size > most) for (const tally of this.#tallies.values()) this.delete(tally)
  }

  /** Identities by number of failures, then of events; each once, under the description that most events gave. */
  top(limit: number): readonly IdentitySummary[] {
    return this.find(() => true, 0, limit).identities
  }

  /** How many have a description that is wanted, and those of them that rank from `from` up to `to`, in the same order. */
  find(
    isWanted: (tally: IdentityTally) => boolean,
    from: number,
    to: number,
  ): { readonly total: number; readonly identities: readonly IdentitySummary[] } {
    const found: RankedIdentity[] = []
    for (const last of this.#ids.values()) {
      // Nearly all have one description.
      if (last.next !== undefined) found.push(...identitiesOf(last, isWanted))
      else if (isWanted(last)) found.push(last)
    }
    const identities = rankedSlice(found, troubleScore, byTrouble, from, to).map(summaryOf)
    return { total: found.length, identities }
  }

  /** Identities of one id, in different tenants; in the same order. */
  withId(id: string): readonly IdentitySummary[] {
    const last = this.#ids.get(id)
    return last === undefined ? [] : [...identitiesOf(last)].sort(byTrouble).map(summaryOf)
  }

  /** As most of its events call it; undefined where none does. */
  nameOf(id: string): string | undefined {
    const last = this.#ids.get(id)
    if (last === undefined) return undefined
    const named = identitiesOf(last, ({ identity }) => identity.name !== undefined)
    return [...named].sort(byTrouble)[0]?.identity.name
  }

  save(out: ChunkWriter): void {
    if (this.#replacesAll) out.removeAll('')
    for (const key of this.#gone) out.remove(key)
    for (const tally of this.#replacesAll ? this.#tallies.values() : this.#dirty) {
      const { key, identity, provider, failures, events, lastSeen, activity } = tally
      if (this.#gone.has(key)) continue
      const counts = [failures, events, lastSeen] as const
      const saved: SavedTally = { identity, provider, counts, activity: savedActivity(activity) }
      out.put(key, jsonBytes(saved))
    }
  }

  saved(): void {
    for (const tally of this.#dirty) tally.isDirty = false
    this.#dirty = []
    this.#gone.clear()
    this.#replacesAll = false
  }

  restore(_key: string, bytes: Uint8Array): void {
    const { identity, provider, counts, activity = [] } = jsonOf<SavedTally>(bytes)
    const tally = this.of(identity, provider)
    ;[tally.failures, tally.events, tally.lastSeen] = counts
    tally.activity = restoredActivity(activity)
  }
}

function summaryOf(ranked: RankedIdentity): IdentitySummary {
  const { identity, provider, owner, failures, events, lastSeen, activity } = ranked
  return { identity, provider, owner, failures, events, lastSeen, activity }
}
