/** The ground truth of a drive: what was asked of a real issuer, how it answered, and what has to come of it. */
import type { IdentityEvent } from '../../../src/events/event.ts'

/** What is compared of an event: who did what, and how it ended. Times and ids are the issuer's. */
export interface Essence {
  readonly kind: IdentityEvent['kind']
  /** Native id, people's included. */
  readonly identity: string
  readonly type: IdentityEvent['identity']['type']
  readonly outcome: IdentityEvent['outcome']
  readonly reason?: IdentityEvent['reason']
  /** Of uses. */
  readonly service?: string
  readonly decision?: 'allowed' | 'unauthenticated' | 'forbidden'
  /** Of changes. */
  readonly op?: string
  /** Of assignments. */
  readonly role?: string
}

export interface Asked {
  /** As a sentence. */
  readonly what: string
  /** What the asking side saw. */
  readonly answer: string
  /** What has to be counted for it; none where it is no matter of an identity, or where the log has nothing. */
  readonly events: readonly Essence[]
  /** Why the log says less, or something else, than what was asked. */
  readonly difference?: string
}

export class Truth {
  readonly asked: Asked[] = []

  note(what: string, answer: string, events: readonly Essence[], difference?: string): void {
    this.asked.push({ what, answer, events, ...(difference === undefined ? {} : { difference }) })
  }
}

export function essenceOf(event: IdentityEvent): Essence {
  const { kind, identity, outcome, reason } = event
  return {
    kind,
    identity: identity.id,
    type: identity.type,
    outcome,
    ...(reason === undefined ? {} : { reason }),
    ...(event.kind === 'token.use' ? { service: event.service, decision: event.decision } : {}),
    ...('op' in event ? { op: event.op } : {}),
    ...('role' in event ? { role: event.role } : {}),
  }
}

/** One line for each event, sorted: the log's order is not the order of asking. */
export function linesOfEvents(events: readonly Essence[]): readonly string[] {
  return events
    .map(({ kind, identity, type, outcome, reason, service, decision, op, role }) =>
      [kind, `${type} ${identity}`, outcome, reason, service, decision, op, role].filter(Boolean).join(' | '),
    )
    .toSorted()
}
