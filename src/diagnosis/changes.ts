/** Changes of rights and identities, the newest of them: one of these is what broke it, more often than not. */
import { type ChunkWriter, jsonBytes, jsonOf, type Stateful } from '../events/chunk.ts'
import { detached } from '../events/detach.ts'
import type { AssignmentChange, IdentityChange, IdentityEvent, Provider } from '../events/event.ts'
import { silentSource } from '../inventory/drift/silent-changes.ts'
import type { NamedChange } from './diagnosis.ts'
import { minuteOf } from './minutes.ts'

export interface Change {
  readonly eventId: string
  /** Epoch ms. */
  readonly time: number
  readonly provider: Provider
  readonly tenant: string
  readonly op: AssignmentChange['op'] | IdentityChange['op']
  /** Whom it is about, by any name that the record has. */
  readonly about: readonly string[]
  /** Empty in changes of identities. */
  readonly role: string
  readonly scope: string
  /** As it may be shown: people are pseudonyms. */
  readonly actor: string
  /** Neither the baseline nor the actor accounts for it. */
  readonly isUnexpected?: true | undefined
  /** No event told of it: only a list shows it, and its time is that of the list. */
  readonly isSilent?: true | undefined
}

const maxChanges = 4096

const verbs: Readonly<Record<Change['op'], string>> = {
  granted: 'granted',
  removed: 'removed',
  changed: 'changed',
  created: 'created',
  updated: 'updated',
  deleted: 'deleted',
  disabled: 'disabled',
  enabled: 'enabled',
  'credential-added': 'credential added to',
  'credential-removed': 'credential removed from',
}

export function nameOfChange({ op, about, role, scope, actor, time, eventId }: Change): NamedChange {
  const [whom = ''] = about
  const what = role === '' ? `${verbs[op]} ${whom}` : `${role} ${verbs[op]} (${whom} on ${scope})`
  return { what, actor, time, eventId }
}

function isBefore(a: Change, b: Change): boolean {
  return a.time < b.time || (a.time === b.time && a.eventId < b.eventId)
}

function changeOf(event: AssignmentChange | IdentityChange): Change {
  const { identity, provider, op, actor, time } = event
  const isAssignment = event.kind === 'assignment.change'
  const about = [identity.id, ...(isAssignment && event.principal !== identity.id ? [event.principal] : [])]
  return {
    eventId: detached(event.id),
    time,
    provider,
    tenant: detached(identity.tenant),
    op,
    about: about.map(detached),
    role: isAssignment ? detached(event.role) : '',
    scope: isAssignment ? detached(event.scope) : '',
    actor: detached(actor.name ?? actor.id),
    isUnexpected: isAssignment && event.expected === false ? true : undefined,
    isSilent: isAssignment && event.source === silentSource ? true : undefined,
  }
}

/** All changes of a minute are one chunk. */
function chunkOf({ time }: Change): string {
  return String(minuteOf(time))
}

export class Changes implements Stateful {
  /** Oldest first. */
  #all: Change[] = []
  readonly #isKept: boolean
  readonly #dirty = new Set<string>()

  /** `isKept`: whether they are made durable. */
  constructor(isKept = false) {
    this.#isKept = isKept
  }

  observe(event: IdentityEvent): void {
    if (event.kind !== 'assignment.change' && event.kind !== 'identity.change') return
    if (event.outcome === 'failure') return
    this.#add(changeOf(event))
  }

  #add(change: Change): void {
    let at = this.#all.length
    while (at > 0 && isBefore(change, this.#all[at - 1] ?? change)) at--
    this.#all.splice(at, 0, change)
    this.#changed(change)
    const gone = this.#all.length > maxChanges ? this.#all.shift() : undefined
    if (gone !== undefined) this.#changed(gone)
  }

  #changed(change: Change): void {
    if (this.#isKept) this.#dirty.add(chunkOf(change))
  }

  /** Newest first, of those up to an instant. */
  upTo(time: number): readonly Change[] {
    return this.#all.filter((change) => change.time <= time).reverse()
  }

  prune(floor: number): void {
    for (const change of this.#all) if (change.time < floor) this.#changed(change)
    this.#all = this.#all.filter(({ time }) => time >= floor)
  }

  save(out: ChunkWriter): void {
    for (const key of this.#dirty) {
      const changes = this.#all.filter((change) => chunkOf(change) === key)
      if (changes.length === 0) out.remove(key)
      else out.put(key, jsonBytes(changes))
    }
  }

  saved(): void {
    this.#dirty.clear()
  }

  restore(_key: string, bytes: Uint8Array): void {
    for (const change of jsonOf<readonly Change[]>(bytes)) this.#add(change)
    this.#dirty.clear()
  }
}
