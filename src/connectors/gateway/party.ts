/** Who gets the issued token: the workload whose token was exchanged, whoever acts for somebody, or the client. */
import type { Identity, Layer, TokenRequest, Workload } from '../../events/event.ts'
import type { JsonObject } from '../connector.ts'
import { type FederatedSubject, federatedSubject } from '../federated-subject.ts'
import { text } from '../fields.ts'
import { type NamedIdentity, namedIdentity } from '../named-identity.ts'

export interface Party {
  readonly identity: Identity
  readonly layer: Layer
  readonly workload?: Workload | undefined
  readonly federation: NonNullable<TokenRequest['federation']>
}

const scheme = 'https://'

/** Host and path of the issuer, by which pipelines and clusters are known. */
function issuerName(issuer: string): string {
  return issuer.startsWith(scheme) ? issuer.slice(scheme.length) : issuer
}

/** A name in the form of a platform's machines, or one that can be nobody's but a machine's. */
function machineOf(subject: string, known: FederatedSubject, tenant: string): NamedIdentity | undefined {
  const named = namedIdentity(subject)
  if (named !== undefined)
    return tenant === '' ? named : { ...named, identity: { ...named.identity, tenant } }
  if (known.subject === '') return undefined
  return {
    identity: { id: subject, type: 'federated', tenant },
    layer: known.layer,
    workload: known.workload,
  }
}

function clientOf(record: JsonObject, tenant: string): Identity | undefined {
  const id = text(record['client_id'])
  return id === undefined || id.includes('@') ? undefined : { id, type: 'service-principal', tenant }
}

/**
 * With an actor's token, the issued one is the actor's, on behalf of the subject. A subject that may be a person's
 * stands in no field: the client gets the token then, and only without a client is it the person's own.
 */
export function partyOf(record: JsonObject): Party | undefined {
  const tenant = text(record['tenant']) ?? ''
  const role = text(record['actor_token_subject']) === undefined ? 'subject' : 'actor'
  const subject = text(record[`${role}_token_subject`]) ?? ''
  const issuer = text(record[`${role}_token_issuer`]) ?? text(record['subject_token_issuer']) ?? ''
  const known = federatedSubject(issuerName(issuer), subject)
  const machine = machineOf(subject, known, tenant)
  if (machine !== undefined && machine.identity.type !== 'user')
    return { ...machine, federation: { issuer, subject } }
  const federation = { issuer, subject: '' }
  const client = clientOf(record, tenant)
  if (client !== undefined) return { identity: client, layer: known.layer, federation }
  const person = subject || text(record['client_id'])
  if (person === undefined) return undefined
  return { identity: { id: person, type: 'user', tenant }, layer: known.layer, federation }
}
