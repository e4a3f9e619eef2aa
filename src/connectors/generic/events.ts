/** Mapped records as events, by kind. */
import type { Actor, AssignmentChange, IdentityChange, IdentityEvent } from '../../events/event.ts'
import { reject } from '../../events/rejection.ts'
import type { JsonObject, Mapped } from '../connector.ts'
import { type ChangeOperation, type FieldMapping, type FieldName, latencyUnits } from './field-mapping.ts'
import type { MappedOutcome } from './outcome.ts'
import type { FieldReader, Party } from './reader.ts'

/** All that events of any kind are made of. */
export interface Parts {
  readonly mapping: FieldMapping
  readonly reader: FieldReader
  readonly record: JsonObject
  readonly id: string
  readonly time: number
  readonly party: Party
  readonly said: MappedOutcome
  readonly status: number | undefined
}

function missing(name: FieldName, { mapping }: Parts): Mapped {
  return reject('missing_field', `${mapping.fields[name] ?? name}: expected the ${name} of the event`)
}

function base({ mapping, reader, record, id, time, party, said }: Parts) {
  const tokenId = reader.text(record, 'tokenId')
  const requestId = reader.text(record, 'requestId')
  const operationId = reader.text(record, 'operationId')
  const isJoined = tokenId !== undefined || requestId !== undefined || operationId !== undefined
  const { outcome, reason, fault, code } = said
  return {
    id,
    time,
    provider: mapping.provider,
    source: mapping.name,
    layer: party.layer,
    identity: party.identity,
    workload: party.workload,
    app: '',
    outcome,
    reason,
    fault,
    code,
    correlation: isJoined ? { tokenId, requestId, operationId } : undefined,
  } as const
}

function latencyMs({ mapping, reader, record }: Parts): number | undefined {
  const latency = reader.number(record, 'latency')
  return latency === undefined ? undefined : latency * latencyUnits[mapping.latencyUnit ?? 'ms']
}

function tokenRequest(parts: Parts): IdentityEvent {
  const { mapping, reader, record, time, said } = parts
  const isIssued = said.outcome === 'success'
  const expiresAt = isIssued ? reader.instant(record, 'expiresAt') : undefined
  const isAhead = expiresAt !== undefined && expiresAt > time
  const ttlSeconds = isIssued ? reader.number(record, 'ttlSeconds') : undefined
  const subject = reader.text(record, 'subject')
  return {
    ...base(parts),
    kind: 'token.request',
    vantage: 'issuer',
    audience: reader.text(record, 'audience') ?? '',
    latencyMs: latencyMs(parts),
    attempt: reader.number(record, 'attempt'),
    ttlSeconds: ttlSeconds ?? (isAhead ? Math.round((expiresAt - time) / 1000) : undefined),
    expiresAt: isAhead ? expiresAt : undefined,
    credentialId: reader.text(record, 'credentialId'),
    credentialType: mapping.credentialType,
    federation: subject === undefined ? undefined : { issuer: reader.text(record, 'issuer') ?? '', subject },
  }
}

function tokenUse(parts: Parts): Mapped {
  const { mapping, reader, record, said, status } = parts
  const service = reader.text(record, 'service')
  if (service === undefined) return missing('service', parts)
  const event: IdentityEvent = {
    ...base(parts),
    kind: 'token.use',
    service,
    resource: reader.text(record, 'resource'),
    httpStatus: status,
    decision: said.decision,
    tokenAgeSeconds: reader.number(record, 'tokenAgeSeconds'),
    ttlSeconds: reader.number(record, 'ttlSeconds'),
    credentialType: mapping.credentialType,
  }
  return [event]
}

const grants: ReadonlySet<ChangeOperation> = new Set<ChangeOperation>(['granted', 'removed', 'changed'])

export function isAssignmentOperation(op: ChangeOperation): op is AssignmentChange['op'] {
  return grants.has(op)
}

export function isIdentityOperation(op: ChangeOperation): op is IdentityChange['op'] {
  return !grants.has(op)
}

function change(parts: Parts): Mapped {
  const { mapping, reader, record, said } = parts
  if (said.outcome === 'failure') return reject('not_relevant', 'a change that was refused changed nothing')
  const { operation = 'changed' } = mapping
  const id = reader.text(record, 'actor')
  if (id === undefined) return missing('actor', parts)
  const by = reader.party(record, id).identity
  const actor: Actor = { id: by.id, type: by.type }
  if (isIdentityOperation(operation))
    return [{ ...base(parts), kind: 'identity.change', op: operation, actor }]
  const role = reader.text(record, 'role')
  const scope = reader.text(record, 'scope')
  if (role === undefined) return missing('role', parts)
  if (scope === undefined) return missing('scope', parts)
  const principal = parts.party.identity.id
  return [{ ...base(parts), kind: 'assignment.change', op: operation, principal, role, scope, actor }]
}

function secretRead(parts: Parts): Mapped {
  const { reader, record, said } = parts
  if (said.outcome === 'failure')
    return reject('not_relevant', 'nothing was read: a refusal is a use of a token')
  const vault = reader.text(record, 'vault')
  const secret = reader.text(record, 'secret')
  if (vault === undefined) return missing('vault', parts)
  if (secret === undefined) return missing('secret', parts)
  return [{ ...base(parts), kind: 'secret.read', vault, secret, likelyFallback: false }]
}

function metadataCall(parts: Parts): Mapped {
  const endpoint = parts.reader.text(parts.record, 'endpoint')
  if (endpoint === undefined) return missing('endpoint', parts)
  const { status } = parts
  return [
    { ...base(parts), kind: 'metadata.call', endpoint, httpStatus: status, latencyMs: latencyMs(parts) },
  ]
}

export function eventOf(parts: Parts): Mapped {
  switch (parts.mapping.kind) {
    case 'token.request':
      return [tokenRequest(parts)]
    case 'token.use':
      return tokenUse(parts)
    case 'assignment.change':
    case 'identity.change':
      return change(parts)
    case 'secret.read':
      return secretRead(parts)
    case 'metadata.call':
      return metadataCall(parts)
  }
}
