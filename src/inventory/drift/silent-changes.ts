/** Differences that only a list shows, as changes: each once for as long as it lasts, kept through restarts. */
import { type ChunkWriter, jsonBytes, jsonOf, type Stateful } from '../../events/chunk.ts'
import type { AssignmentChange, Provider } from '../../events/event.ts'
import type { PrincipalFact } from '../facts.ts'
import { listedIdentity, listedLayer } from '../listed-identity.ts'
import type { Difference } from './differences.ts'
import { grantKey } from './held-grant.ts'
import type { Listing } from './listing.ts'

/** `source` of these changes. */
export const silentSource = 'inventory'

/** Beyond so many, the rest waits until there is room: they are all written in one commit. */
const defaultMax = 10_000

/** `clusters/prod/namespaces/shop` is in the tenant `prod`: who is in no list any more is still of a cluster. */
function tenantOf(provider: Provider, scope: string): string {
  const cluster = provider === 'kubernetes' ? scope.split('/')[1] : undefined
  return cluster === undefined || cluster === '-' ? '' : cluster
}

/** Who changed it and when is not known: the time is that of the list that showed it first, and nobody is approved for it. */
function changeOf(
  { op, grant }: Difference,
  since: number,
  fact: PrincipalFact | undefined,
): AssignmentChange {
  const { provider, principal, role, scope } = grant
  const { name, type = 'unknown', tenant = tenantOf(provider, scope) } = fact ?? {}
  return {
    kind: 'assignment.change',
    id: `${silentSource}:${since}:${op}:${grantKey(grant).replaceAll('\n', '|')}`,
    time: since,
    provider,
    source: silentSource,
    layer: listedLayer(provider),
    identity: listedIdentity({ key: principal, provider, name, type, tenant }),
    app: '',
    outcome: 'success',
    op,
    principal,
    role,
    scope,
    actor: { id: 'unknown', type: 'unknown' },
    expected: false,
  }
}

interface Seen {
  /** When the list was taken that showed it first, epoch ms. */
  readonly since: number
  readonly isTold: boolean
}

export class SilentChanges implements Stateful {
  /** Times that differences found no room. */
  forgotten = 0
  /** Of those that are seen and not told, the least time, epoch ms; Infinity where there are none. */
  oldestWaiting = Number.POSITIVE_INFINITY
  readonly #max: number
  readonly #seen = new Map<string, Seen>()
  readonly #dirty = new Set<string>()

  constructor(max = defaultMax) {
    this.#max = max
  }

  /**
   * Tells what is new and was seen first by `complete`, epoch ms: until then an event may still tell of it. May be left off
   * where it yields, and begun anew.
   * @param differences all that there are now
   */
  *look(
    differences: readonly Difference[],
    listings: readonly Listing[],
    complete: number,
    tell: (change: AssignmentChange) => void,
  ): Generator<void, void> {
    const present = new Set<string>()
    let oldestWaiting = Number.POSITIVE_INFINITY
    for (const difference of differences) {
      yield
      const { op, grant, isTold, takenAt } = difference
      if (isTold || takenAt === undefined) continue
      const key = `${op}\n${grantKey(grant)}`
      present.add(key)
      const since = this.#noted(key, takenAt)
      if (since === undefined) continue
      if (since > complete) oldestWaiting = Math.min(oldestWaiting, since)
      else {
        const fact = listings.map(({ principals }) => principals.get(grant.principal)).find(Boolean)
        this.#put(key, { since, isTold: true })
        tell(changeOf(difference, since, fact))
      }
    }
    for (const key of this.#seen.keys()) if (!present.has(key)) this.#remove(key)
    this.oldestWaiting = oldestWaiting
  }

  /** Since when it is seen; undefined where it is told already, or there is no room for it. */
  #noted(key: string, takenAt: number): number | undefined {
    const known = this.#seen.get(key)
    if (known !== undefined) return known.isTold ? undefined : known.since
    if (this.#seen.size >= this.#max) {
      this.forgotten++
      return undefined
    }
    this.#put(key, { since: takenAt, isTold: false })
    return takenAt
  }

  #put(key: string, seen: Seen): void {
    this.#seen.set(key, seen)
    this.#dirty.add(key)
  }

  #remove(key: string): void {
    this.#seen.delete(key)
    this.#dirty.add(key)
  }

  save(out: ChunkWriter): void {
    for (const key of this.#dirty) {
      const seen = this.#seen.get(key)
      if (seen === undefined) out.remove(key)
      else out.put(key, jsonBytes([seen.since, seen.isTold]))
    }
  }

  saved(): void {
    this.#dirty.clear()
  }

  restore(key: string, bytes: Uint8Array): void {
    const [since, isTold] = jsonOf<[number, boolean]>(bytes)
    if (!Number.isFinite(since)) throw new Error('not the time of a difference')
    this.#seen.set(key, { since, isTold })
    if (!isTold) this.oldestWaiting = Math.min(this.oldestWaiting, since)
  }
}
