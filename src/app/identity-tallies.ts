/** Counts of each identity under the description that may be shown: what is kept of identities over restarts. */
import { type ChunkWriter, jsonBytes, jsonOf, type Stateful } from '../events/chunk.ts'
import type { Identity, IdentityEvent, Provider } from '../events/event.ts'
import type { Owner } from '../events/ownership.ts'

/** One description of an identity: others may lack its name, and then it may have another owner. */
export interface IdentityTally {
  readonly key: string
  /** The same for all descriptions of one identity. */
  readonly subject: string
  /** As it may be shown: people are pseudonyms here. */
  readonly identity: Identity
  readonly provider: Provider
  owner: Owner
  /** Failed and all events. */
  failures: number
  events: number
  /** Epoch ms. */
  lastSeen: number
  isDirty: boolean
}

/** One identity, for reports. */
export type IdentitySummary = Readonly<Omit<IdentityTally, 'key' | 'subject' | 'isDirty'>>

interface SavedTally {
  readonly identity: Identity
  readonly provider: Provider
  readonly counts: readonly [failures: number, events: number, lastSeen: number]
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
        key,
        subject: JSON.stringify([provider, identity.tenant, identity.id]),
        identity,
        provider,
        owner: owner ?? this.#ownerOf(identity, provider),
        failures: 0,
        events: 0,
        lastSeen: 0,
        isDirty: false,
      }
      this.#tallies.set(key, tally)
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
    if (event.time > tally.lastSeen) tally.lastSeen = event.time
    if (!tally.isDirty) this.#mark(tally)
  }

  add(tally: IdentityTally, { failures, events, lastSeen }: IdentitySummary): void {
    tally.failures += failures
    tally.events += events
    tally.lastSeen = Math.max(tally.lastSeen, lastSeen)
    if (!tally.isDirty) this.#mark(tally)
  }

  #mark(tally: IdentityTally): void {
    tally.isDirty = true
    this.#dirty.push(tally)
  }

  delete(tally: IdentityTally): void {
    this.#tallies.delete(tally.key)
    this.#gone.add(tally.key)
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
    return this.#best(undefined, limit)
  }

  /** The same of identities of which some description is wanted, and how many there are. */
  find(
    isWanted: (tally: IdentityTally) => boolean,
    limit: number,
  ): { readonly total: number; readonly identities: readonly IdentitySummary[] } {
    const subjects = new Set<string>()
    for (const tally of this.#tallies.values()) if (isWanted(tally)) subjects.add(tally.subject)
    return { total: subjects.size, identities: this.#best(subjects, limit) }
  }

  /** `subjects`: among these only. */
  #best(subjects: ReadonlySet<string> | undefined, limit: number): readonly IdentitySummary[] {
    const bySubject = new Map<string, Merged>()
    for (const tally of this.#tallies.values()) {
      if (subjects !== undefined && !subjects.has(tally.subject)) continue
      const known = bySubject.get(tally.subject)
      bySubject.set(tally.subject, known === undefined ? alone(tally) : merged(known, tally))
    }
    const best: Merged[] = []
    for (const one of bySubject.values()) {
      const last = best.length < limit ? undefined : best.at(-1)
      if (last !== undefined && byTrouble(one, last) >= 0) continue
      best.push(one)
      best.sort(byTrouble)
      best.length = Math.min(best.length, limit)
    }
    return best.map(({ main: { identity, provider, owner }, failures, events, lastSeen }) => {
      return { identity, provider, owner, failures, events, lastSeen }
    })
  }

  save(out: ChunkWriter): void {
    if (this.#replacesAll) out.removeAll('')
    for (const key of this.#gone) out.remove(key)
    for (const tally of this.#replacesAll ? this.#tallies.values() : this.#dirty) {
      const { key, identity, provider, failures, events, lastSeen } = tally
      if (this.#gone.has(key)) continue
      const saved: SavedTally = { identity, provider, counts: [failures, events, lastSeen] }
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
    const { identity, provider, counts } = jsonOf<SavedTally>(bytes)
    const tally = this.of(identity, provider)
    ;[tally.failures, tally.events, tally.lastSeen] = counts
  }
}

/** All descriptions of one identity together; `main` is the one that most events gave. */
interface Merged extends Pick<IdentityTally, 'subject' | 'failures' | 'events' | 'lastSeen'> {
  readonly main: IdentityTally
}

function alone(tally: IdentityTally): Merged {
  const { subject, failures, events, lastSeen } = tally
  return { subject, main: tally, failures, events, lastSeen }
}

function merged(known: Merged, tally: IdentityTally): Merged {
  return {
    subject: known.subject,
    main: byDescription(tally, known.main) < 0 ? tally : known.main,
    failures: known.failures + tally.failures,
    events: known.events + tally.events,
    lastSeen: Math.max(known.lastSeen, tally.lastSeen),
  }
}

function compareTexts(a: string, b: string): number {
  return a === b ? 0 : a < b ? -1 : 1
}

/** Most events first; a total order of its own, so that it does not show which record came first. */
function byDescription(a: IdentityTally, b: IdentityTally): number {
  return b.events - a.events || compareTexts(a.key, b.key)
}

function byTrouble(a: Merged, b: Merged): number {
  const [one, other] = [a.main, b.main]
  return (
    b.failures - a.failures ||
    b.events - a.events ||
    compareTexts(one.identity.id, other.identity.id) ||
    compareTexts(a.subject, b.subject)
  )
}
