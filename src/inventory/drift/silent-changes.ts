/** Differences that only a list shows, as changes: each once for as long as it lasts, kept through restarts. */
import { type ChunkWriter, jsonBytes, jsonOf, type Stateful } from '../../events/chunk.ts'
import type { AssignmentChange, IdentityType } from '../../events/event.ts'
import type { PrincipalFact, PrincipalType } from '../facts.ts'
import type { Difference } from './differences.ts'
import { grantKey } from './held-grant.ts'
import type { Listing } from './listing.ts'

/** `source` of these changes. */
const silentSource = 'inventory'

/** Beyond so many, the rest comes again with each list. */
const maxOpen = 100_000

function identityTypeOf(type: PrincipalType | undefined): IdentityType {
  const isIdentity = type !== undefined && type !== 'group' && type !== 'everyone' && type !== 'service'
  return isIdentity ? type : 'unknown'
}

/** Who changed it and when is not known: the time is that of the list, and nobody is approved for it. */
function changeOf(
  { op, grant }: Difference,
  takenAt: number,
  principal: PrincipalFact | undefined,
): AssignmentChange {
  const { provider, role, scope } = grant
  return {
    kind: 'assignment.change',
    id: `${silentSource}:${takenAt}:${op}:${grantKey(grant).replaceAll('\n', '|')}`,
    time: takenAt,
    provider,
    source: silentSource,
    layer: 'federation',
    identity: {
      id: grant.principal,
      name: principal?.name,
      type: identityTypeOf(principal?.type),
      tenant: principal?.tenant ?? '',
    },
    app: '',
    outcome: 'success',
    op,
    principal: grant.principal,
    role,
    scope,
    actor: { id: 'unknown', type: 'unknown' },
    expected: false,
  }
}

export class SilentChanges implements Stateful {
  /** Those that have been told, to when they were first seen, epoch ms. */
  #open = new Map<string, number>()
  #isDirty = false

  /** What is new since the last call. `differences` are all that there are now. */
  take(differences: readonly Difference[], listings: readonly Listing[]): readonly AssignmentChange[] {
    const fresh: AssignmentChange[] = []
    const open = new Map<string, number>()
    for (const difference of differences) {
      const { op, grant, isTold, takenAt } = difference
      if (isTold || takenAt === undefined) continue
      const key = `${op}\n${grantKey(grant)}`
      const since = this.#open.get(key)
      if (open.size < maxOpen) open.set(key, since ?? takenAt)
      if (since !== undefined) continue
      const fact = listings.map(({ principals }) => principals.get(grant.principal)).find(Boolean)
      fresh.push(changeOf(difference, takenAt, fact))
    }
    this.#isDirty ||= fresh.length > 0 || open.size !== this.#open.size
    this.#open = open
    return fresh
  }

  save(out: ChunkWriter): void {
    if (this.#isDirty) out.put('open', jsonBytes([...this.#open]))
  }

  saved(): void {
    this.#isDirty = false
  }

  restore(_key: string, bytes: Uint8Array): void {
    this.#open = new Map(jsonOf<[string, number][]>(bytes))
  }
}
