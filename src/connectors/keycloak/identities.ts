/** Who an event is about: the client, the person, or the workload whose assertion the client was let in by. */
import type { CredentialType, Identity, Layer, Workload } from '../../events/event.ts'
import { federatedSubject } from '../federated-subject.ts'
import type { Entry } from './entry.ts'

const serviceAccountPrefix = 'service-account-'

/** An address in the place of a client id is a person's mistake: it is kept like a person. */
export function isAddress(clientId: string): boolean {
  return clientId.includes('@')
}

export function clientIdentity(entry: Entry, clientId: string): Identity {
  if (isAddress(clientId)) return { id: clientId, type: 'user', tenant: entry.realm }
  return { id: clientId, name: clientId, type: 'service-principal', tenant: entry.realm }
}

/** Whom a token of a user session is for: a person, unless the session is a service account's. */
export function holderIdentity(entry: Entry): Identity {
  const { username, userId, refresh_token_sub: subject } = entry.fields
  if (username?.startsWith(serviceAccountPrefix)) {
    // The account's name is the client's id in lower case; the event has the client as it is spelled.
    const clientId = username.slice(serviceAccountPrefix.length)
    const asking = entry.fields['clientId']
    return clientIdentity(entry, asking?.toLowerCase() === clientId ? asking : clientId)
  }
  // A refresh that failed names its user in the refresh token only.
  return { id: userId ?? subject ?? 'unknown', type: 'user', tenant: entry.realm }
}

export interface Asserted {
  readonly layer: Layer
  readonly workload: Workload | undefined
  readonly federation: { readonly issuer: string; readonly subject: string } | undefined
}

const own: Asserted = { layer: 'federation', workload: undefined, federation: undefined }

const scheme = 'https://'

/** A client that signs its own assertion is issuer and subject at once; anything else is another issuer's word. */
export function assertedBy(entry: Entry): Asserted {
  const issuer = entry.fields['client_assertion_issuer']
  const subject = entry.fields['client_assertion_sub']
  if (issuer === undefined || subject === undefined || issuer === subject) return own
  const name = issuer.startsWith(scheme) ? issuer.slice(scheme.length) : issuer
  const asserted = federatedSubject(name, subject)
  return {
    layer: asserted.layer,
    workload: asserted.workload,
    federation: { issuer, subject: asserted.subject },
  }
}

/** A private key that signs an assertion is what a certificate is elsewhere: no secret travels. */
const credentialTypes: ReadonlyMap<string, CredentialType> = new Map<string, CredentialType>([
  ['client-secret', 'secret'],
  ['client-secret-jwt', 'secret'],
  ['client-jwt', 'certificate'],
  ['client-x509', 'certificate'],
  ['federated-jwt', 'federated'],
])

export function credentialTypeOf(entry: Entry, asserted: Asserted): CredentialType | undefined {
  if (asserted.federation !== undefined) return 'federated'
  return credentialTypes.get(entry.fields['client_auth_method'] ?? '')
}
