/**
 * Which machine identity called which service, and what it was told: counts of the day (UTC) and the one before, of a
 * bounded number of pairs. Those that were used longest ago go first.
 */
import { type ChunkWriter, jsonBytes, jsonOf, type Stateful } from '../../events/chunk.ts'
import { detached, detachedIfAny } from '../../events/detach.ts'
import type { Identity, IdentityEvent, TokenUse } from '../../events/event.ts'

export type Decision = TokenUse['decision']
export type DecisionCounts = Readonly<Record<Decision, number>>

export interface AccessPattern {
  readonly provider: string
  readonly identity: Pick<Identity, 'id' | 'name' | 'type' | 'tenant'>
  readonly app: string
  readonly layer: string
  readonly service: string
  /** Since the start of the day before, UTC. */
  readonly calls: DecisionCounts
  /** Epoch ms. */
  readonly lastUsed: number
}

/** A pair with its counts of two days; the second of them is the day before `day`. */
interface Pair {
  readonly key: string
  readonly provider: string
  readonly identity: AccessPattern['identity']
  app: string
  readonly layer: string
  readonly service: string
  /** Days since 1970. */
  day: number
  counts: Record<Decision, number>
  before: Record<Decision, number>
  lastUsed: number
  isDirty: boolean
}

const dayMs = 86_400_000
/** About 600 bytes each. */
const maxPairs = 5000
const none = (): Record<Decision, number> => ({ allowed: 0, unauthenticated: 0, forbidden: 0 })

/** Start of the day before, epoch ms: from there on uses count. */
export function patternsSince(to: number): number {
  return (Math.floor(to / dayMs) - 1) * dayMs
}

function keyOf({ provider, identity, service }: TokenUse): string {
  return JSON.stringify([provider, identity.tenant, identity.id, service])
}

function add(pair: Pair, { time, decision, weight = 1 }: TokenUse): void {
  const day = Math.floor(time / dayMs)
  if (day > pair.day) {
    pair.before = day === pair.day + 1 ? pair.counts : none()
    pair.counts = none()
    pair.day = day
  }
  if (day === pair.day) pair.counts[decision] += weight
  else if (day === pair.day - 1) pair.before[decision] += weight
  if (time > pair.lastUsed) pair.lastUsed = time
}

function callsAt({ day, counts, before }: Pair, today: number): DecisionCounts {
  if (day === today) {
    const { allowed, unauthenticated, forbidden } = before
    return {
      allowed: counts.allowed + allowed,
      unauthenticated: counts.unauthenticated + unauthenticated,
      forbidden: counts.forbidden + forbidden,
    }
  }
  return day === today - 1 ? counts : none()
}

export class AccessPatterns implements Stateful {
  readonly #pairs = new Map<string, Pair>()
  /** By the one object that stands for equal identities, and the service: a look-up without building a key. */
  readonly #known = new Map<Identity, Map<string, Pair>>()
  #dirty: Pair[] = []
  readonly #gone = new Set<string>()
  /** Pairs that went for want of room. */
  forgotten = 0

  /** People are left out: what they open is nobody's pattern. */
  observe(event: IdentityEvent): void {
    if (event.kind !== 'token.use' || event.identity.type === 'user') return
    const pair = this.#known.get(event.identity)?.get(event.service) ?? this.#pairOf(event)
    add(pair, event)
    if (pair.isDirty) return
    pair.isDirty = true
    this.#dirty.push(pair)
  }

  #pairOf(event: TokenUse): Pair {
    const key = keyOf(event)
    let pair = this.#pairs.get(key)
    if (pair === undefined) {
      if (this.#pairs.size >= maxPairs) this.#forget()
      pair = newPair(key, event)
      this.#pairs.set(pair.key, pair)
      this.#gone.delete(pair.key)
    }
    // Another owner since the last reload.
    if (pair.app !== event.app) pair.app = detached(event.app)
    this.#remember(event.identity, pair)
    return pair
  }

  #remember(identity: Identity, pair: Pair): void {
    if (this.#known.size >= 2 * maxPairs) this.#known.clear()
    const services = this.#known.get(identity)
    if (services === undefined) this.#known.set(identity, new Map([[pair.service, pair]]))
    else services.set(pair.service, pair)
  }

  /** The tenth that was used longest ago. */
  #forget(): void {
    const times = Float64Array.from(this.#pairs.values(), ({ lastUsed }) => lastUsed).sort()
    const most = Math.ceil(maxPairs / 10)
    const last = times[most - 1] ?? 0
    let gone = 0
    for (const [key, pair] of this.#pairs) {
      if (gone === most) break
      if (pair.lastUsed > last) continue
      this.#drop(key)
      gone++
    }
    this.forgotten += gone
  }

  #drop(key: string): void {
    this.#pairs.delete(key)
    this.#gone.add(key)
    this.#known.clear()
  }

  /** Pairs that were used since the day before `to`, epoch ms; the busiest first. */
  upTo(to: number): readonly AccessPattern[] {
    const today = Math.floor(to / dayMs)
    return [...this.#pairs.values()]
      .map((pair) => ({ pair, calls: callsAt(pair, today) }))
      .filter(({ calls }) => callsOf(calls) > 0)
      .sort((a, b) => callsOf(b.calls) - callsOf(a.calls) || (a.pair.key < b.pair.key ? -1 : 1))
      .map(({ pair: { provider, identity, app, layer, service, lastUsed }, calls }) => {
        return { provider, identity, app, layer, service, calls, lastUsed }
      })
  }

  /** `floor`: events before it are late, epoch ms. */
  prune(floor: number): void {
    for (const [key, { lastUsed }] of this.#pairs) if (lastUsed < floor) this.#drop(key)
  }

  save(out: ChunkWriter): void {
    for (const key of this.#gone) out.remove(encodeURIComponent(key))
    for (const pair of this.#dirty) {
      const { isDirty: _, ...saved } = pair
      if (this.#pairs.get(pair.key) === pair) out.put(encodeURIComponent(pair.key), jsonBytes(saved))
    }
  }

  saved(): void {
    for (const pair of this.#dirty) pair.isDirty = false
    this.#dirty = []
    this.#gone.clear()
  }

  restore(_key: string, bytes: Uint8Array): void {
    const pair = { ...jsonOf<Omit<Pair, 'isDirty'>>(bytes), isDirty: false }
    this.#pairs.set(pair.key, pair)
  }
}

function callsOf({ allowed, unauthenticated, forbidden }: DecisionCounts): number {
  return allowed + unauthenticated + forbidden
}

function newPair(key: string, { provider, identity, app, layer, service, time }: TokenUse): Pair {
  const { id, name, type, tenant } = identity
  return {
    key: detached(key),
    provider,
    identity: { id: detached(id), name: detachedIfAny(name), type, tenant: detached(tenant) },
    app: detached(app),
    layer,
    service: detached(service),
    day: Math.floor(time / dayMs),
    counts: none(),
    before: none(),
    lastUsed: time,
    isDirty: false,
  }
}
