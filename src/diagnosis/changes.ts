/** Changes of rights and identities, the newest of them: one of these is what broke it, more often than not. */
import { detached } from '../events/detach.ts'
import type { AssignmentChange, IdentityChange, IdentityEvent, Provider } from '../events/event.ts'
import type { NamedChange } from './diagnosis.ts'

export interface Change {
  readonly eventId: string
  /** Epoch ms. */
  readonly time: number
  readonly provider: Provider
  readonly op: AssignmentChange['op'] | IdentityChange['op']
  /** Whom it is about, by any name that the record has. */
  readonly about: readonly string[]
  /** Empty in changes of identities. */
  readonly role: string
  readonly scope: string
  /** As it may be shown: people are pseudonyms. */
  readonly actor: string
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
    op,
    about: about.map(detached),
    role: isAssignment ? detached(event.role) : '',
    scope: isAssignment ? detached(event.scope) : '',
    actor: detached(actor.name ?? actor.id),
  }
}

export class Changes {
  /** Oldest first. */
  #all: Change[] = []

  observe(event: IdentityEvent): void {
    if (event.kind !== 'assignment.change' && event.kind !== 'identity.change') return
    if (event.outcome === 'failure') return
    const change = changeOf(event)
    let at = this.#all.length
    while (at > 0 && isBefore(change, this.#all[at - 1] ?? change)) at--
    this.#all.splice(at, 0, change)
    if (this.#all.length > maxChanges) this.#all.shift()
  }

  /** Newest first, of those up to an instant. */
  upTo(time: number): readonly Change[] {
    return this.#all.filter((change) => change.time <= time).reverse()
  }

  prune(floor: number): void {
    this.#all = this.#all.filter(({ time }) => time >= floor)
  }
}
