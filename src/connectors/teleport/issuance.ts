/** Joins of bots and agents, SVIDs, logins and renewals: what gives a certificate, and tells when it does not. */
import type { CredentialType, Identity, Layer, TokenRequest, Workload } from '../../events/event.ts'
import { faultOf } from '../../events/fault.ts'
import type { JsonObject } from '../connector.ts'
import { federatedSubject } from '../federated-subject.ts'
import { object, text, texts } from '../fields.ts'
import { namedIdentity } from '../named-identity.ts'
import { type AuditEvent, failureOf, identityOf, unknownIdentity } from './audit-event.ts'
import { joinCredentials } from './codes.ts'

interface Receiver {
  readonly identity: Identity
  readonly layer: Layer
  readonly workload?: Workload | undefined
}

type Details = Pick<
  TokenRequest,
  'audience' | 'correlation' | 'credentialType' | 'credentialId' | 'federation' | 'refresh'
>

function request(event: AuditEvent, receiver: Receiver, details: Details): TokenRequest {
  const failure = event.isFailure ? failureOf(event, 'unauthenticated') : undefined
  return {
    kind: 'token.request',
    id: event.id,
    time: event.time,
    provider: 'teleport',
    source: 'teleport',
    layer: receiver.layer,
    identity: receiver.identity,
    workload: receiver.workload,
    app: '',
    outcome: failure === undefined ? 'success' : 'failure',
    reason: failure?.reason,
    fault: failure?.fault,
    code: failure?.code,
    vantage: 'issuer',
    ...details,
  }
}

interface Subject {
  /** As the platform asserted it; empty where it may name a person. */
  readonly shown: string
  readonly named: Receiver | undefined
  readonly layer: Layer
  readonly workload: Workload | undefined
}

/** What vouches for the machine: a service account, a role, a repository. */
function subjectOf(attributes: JsonObject | undefined): Subject | undefined {
  if (attributes === undefined) return undefined
  const written =
    text(attributes['sub']) ??
    text(object(attributes['raw'])?.['sub']) ??
    text(attributes['username']) ??
    text(attributes['arn'])
  if (written === undefined) return undefined
  const found = namedIdentity(written)
  const named = found?.identity.type === 'user' ? undefined : found
  const { subject, layer, workload } = federatedSubject('', written)
  // Of an AWS session the role, since sessions may be named after people.
  const shown = named?.identity.id ?? (found === undefined ? subject : '')
  return { shown, named, layer: named?.layer ?? layer, workload: named?.workload ?? workload }
}

function nobody(event: AuditEvent): Identity {
  return { id: unknownIdentity, type: 'unknown', tenant: event.cluster }
}

/** Refused before Teleport knows which bot it is: what the platform says of it is all there is. */
function joiner(event: AuditEvent, subject: Subject | undefined): Identity {
  return identityOf(event) ?? subject?.named?.identity ?? nobody(event)
}

/** An agent: a host for SSH, or a service for databases, applications, clusters. */
function agent(event: AuditEvent, subject: Subject | undefined): Receiver {
  const { record, cluster } = event
  const host = text(record['host_id'])
  const name = text(record['node_name'])
  const isNode = record['role'] === 'Node'
  if (host === undefined)
    return { identity: subject?.named?.identity ?? nobody(event), layer: subject?.layer ?? 'paas' }
  return {
    identity: { id: host, name, type: 'service-account', tenant: cluster },
    layer: isNode ? 'vm' : (subject?.layer ?? 'paas'),
    workload: name === undefined ? undefined : { kind: isNode ? 'vm' : 'service', name },
  }
}

function joinCredential(method: string, subject: Subject | undefined): CredentialType | undefined {
  return joinCredentials[method] ?? (subject === undefined ? undefined : 'federated')
}

/** The name of a static token is the secret itself, of which the log shows the end: it does not leave. */
export function mapJoin(event: AuditEvent): TokenRequest {
  const { record } = event
  const method = text(record['method']) ?? unknownIdentity
  const subject = subjectOf(object(record['attributes']))
  const credentialType = joinCredential(method, subject)
  const isFederated = credentialType === 'federated'
  const receiver: Receiver =
    event.type === 'instance.join'
      ? agent(event, subject)
      : {
          identity: joiner(event, subject),
          layer: subject?.layer ?? 'paas',
          workload: subject?.workload,
        }
  return request(event, receiver, {
    audience: '',
    credentialType,
    credentialId: isFederated && !event.isFailure ? text(record['token_name']) : undefined,
    federation: isFederated ? { issuer: method, subject: subject?.shown ?? '' } : undefined,
  })
}

/** An X.509 or JWT SVID, which a bot fetches for the workload. */
export function mapSvid(event: AuditEvent): TokenRequest {
  const { record } = event
  const spiffeId = text(record['spiffe_id'])
  const named = spiffeId === undefined ? undefined : namedIdentity(spiffeId)
  const receiver = named ?? { identity: identityOf(event) ?? nobody(event), layer: 'paas' }
  return request(event, receiver, {
    audience: texts(record['audiences']).join(' '),
    correlation: { tokenId: text(record['jti']) ?? text(record['serial_number']) },
    credentialType: 'certificate',
  })
}

export function mapLogin(event: AuditEvent): TokenRequest {
  const receiver: Receiver = { identity: identityOf(event) ?? nobody(event), layer: 'paas' }
  const isLocal = event.record['method'] === 'local'
  return request(event, receiver, { audience: '', credentialType: isLocal ? 'password' : 'federated' })
}

/** A bot's certificate whose counter is behind: it was copied, and the bot is locked. */
export function mapGenerationMismatch(event: AuditEvent): TokenRequest {
  const receiver: Receiver = { identity: identityOf(event) ?? nobody(event), layer: 'paas' }
  return {
    ...request(event, receiver, { audience: '', credentialType: 'certificate', refresh: true }),
    outcome: 'failure',
    reason: 'credential_invalid',
    fault: faultOf.credential_invalid,
    code: event.code,
  }
}
