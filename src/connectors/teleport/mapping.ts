/** An audit event to identity events. */
import type { IdentityEvent, TokenUse } from '../../events/event.ts'
import { type Rejection, reject } from '../../events/rejection.ts'
import type { JsonObject, Mapped } from '../connector.ts'
import { type AuditEvent, identityOf, readAuditEvent, unknownIdentity } from './audit-event.ts'
import { mapIdentityChange, mapRoleChange } from './changes.ts'
import { identityOps, roleEvents, uses } from './codes.ts'
import { mapGenerationMismatch, mapJoin, mapLogin, mapSvid } from './issuance.ts'
import { mapUse } from './uses.ts'

const certificate = reject(
  'not_relevant',
  'a certificate of a join or login, one of several: bot.join and user.login count, since no event tells of one that was not issued',
)
const other = reject('not_relevant', 'an event about something other than identities and what they may do')
const ofCluster = reject('not_relevant', "an event of the cluster's own agents and services")
const refusedChange = reject('not_relevant', 'a change that was refused: nothing changed')
const noUser = reject('missing_field', 'user is missing: expected who showed a certificate')
const noReceiver = reject(
  'missing_field',
  'bot_name, host_id, spiffe_id or user is missing: expected who was given a certificate',
)

/** The use of its own certificate by whoever made a change. */
function actorsUse(event: AuditEvent): TokenUse | undefined {
  const identity = identityOf(event)
  if (identity?.type !== 'service-account') return undefined
  return {
    kind: 'token.use',
    id: `${event.id}#1`,
    time: event.time,
    provider: 'teleport',
    source: 'teleport',
    layer: 'paas',
    identity,
    app: '',
    outcome: 'success',
    service: 'teleport',
    decision: 'allowed',
    credentialType: 'certificate',
  }
}

function changes(event: AuditEvent): Mapped {
  if (event.isFailure) return refusedChange
  const change = roleEvents.has(event.type) ? mapRoleChange(event) : mapIdentityChange(event)
  if (!('kind' in change)) return change
  const use = actorsUse(event)
  return use === undefined ? [change] : [change, use]
}

function useOf(event: AuditEvent): IdentityEvent | Rejection {
  const identity = identityOf(event)
  if (identity === undefined) return noUser
  return identity.type === 'unknown' ? ofCluster : mapUse(event, identity)
}

function single(event: AuditEvent): IdentityEvent | Rejection {
  switch (event.type) {
    case 'bot.join':
    case 'instance.join':
      return mapJoin(event)
    case 'spiffe.svid.issued':
      return mapSvid(event)
    case 'user.login':
      return mapLogin(event)
    case 'cert.generation_mismatch':
      return mapGenerationMismatch(event)
    case 'cert.create':
      return certificate
    default:
      return uses[event.type] === undefined ? other : useOf(event)
  }
}

export function map(record: JsonObject): Mapped {
  const event = readAuditEvent(record)
  if ('reason' in event) return event
  if (identityOps[event.type] !== undefined || roleEvents.has(event.type)) return changes(event)
  const mapped = single(event)
  if (!('kind' in mapped)) return mapped
  // Who was refused may not be known; who was not, must be.
  return mapped.outcome === 'success' && mapped.identity.id === unknownIdentity ? noReceiver : [mapped]
}
