/** People's identities become keyed pseudonyms before they leave this stage; machine identities stay readable. */
import type { Actor, Identity, IdentityEvent } from './event.ts'

/** Keyed hash of a text (HMAC-SHA-256, from the platform), short and stable. */
export type Pseudonym = (text: string) => string

export interface PseudonymPolicy {
  readonly people: boolean
  readonly machines: boolean
}

export const defaultPseudonymPolicy: PseudonymPolicy = { people: true, machines: false }

function applies(policy: PseudonymPolicy, type: Identity['type']): boolean {
  return type === 'user' ? policy.people : policy.machines
}

function ofIdentity(identity: Identity, pseudonym: Pseudonym): Identity {
  return { id: pseudonym(identity.id), type: identity.type, tenant: identity.tenant }
}

/** The identity as it may be stored and shown; the same object where it need not be hidden. */
export function shownIdentity(identity: Identity, policy: PseudonymPolicy, pseudonym: Pseudonym): Identity {
  return applies(policy, identity.type) ? ofIdentity(identity, pseudonym) : identity
}

/** Nothing stays nothing: it says nothing about anybody. */
function hiddenText(text: string, pseudonym: Pseudonym): string {
  return text === '' ? '' : pseudonym(text)
}

function ofActor(actor: Actor, policy: PseudonymPolicy, pseudonym: Pseudonym): Actor {
  return applies(policy, actor.type) ? { id: pseudonym(actor.id), type: actor.type } : actor
}

/** The event as it may be stored, shown and counted; the same object where nothing has to be hidden. */
export function pseudonymise(
  event: IdentityEvent,
  policy: PseudonymPolicy,
  pseudonym: Pseudonym,
): IdentityEvent {
  const hides = applies(policy, event.identity.type)
  const identity = hides ? ofIdentity(event.identity, pseudonym) : event.identity
  switch (event.kind) {
    case 'assignment.change': {
      const principal = event.principal === event.identity.id ? identity.id : event.principal
      return { ...event, identity, principal, actor: ofActor(event.actor, policy, pseudonym) }
    }
    case 'identity.change':
      return { ...event, identity, actor: ofActor(event.actor, policy, pseudonym) }
    case 'secret.read':
      return { ...event, identity, secret: pseudonym(event.secret) }
    case 'token.request': {
      if (!hides) return event
      const { federation } = event
      // The subject is the identity once more, as its issuer names it.
      const hidden = federation && {
        issuer: federation.issuer,
        subject: hiddenText(federation.subject, pseudonym),
      }
      return { ...event, identity, federation: hidden }
    }
    default:
      return hides ? { ...event, identity } : event
  }
}
