/** Changes of bots, users, workload identities, join tokens, locks and roles. */
import type { Actor, AssignmentChange, Identity, IdentityChange } from '../../events/event.ts'
import { type Rejection, reject } from '../../events/rejection.ts'
import { object, text } from '../fields.ts'
import { type AuditEvent, botIdentity, identityOf, unknownIdentity, userIdentity } from './audit-event.ts'
import { identityOps } from './codes.ts'

type Change = AssignmentChange | IdentityChange

const noName = reject('missing_field', 'name is missing: expected the name of what was changed')
const noTarget = reject(
  'not_relevant',
  'a lock on something other than a user or a role (a node, a device, a session)',
)

function common(event: AuditEvent) {
  const by = identityOf(event)
  const actor: Actor =
    by === undefined ? { id: unknownIdentity, type: 'unknown' } : { id: by.id, name: by.name, type: by.type }
  return {
    id: event.id,
    time: event.time,
    provider: 'teleport',
    source: 'teleport',
    layer: 'paas',
    app: '',
    outcome: 'success',
    actor,
  } as const
}

/** Whom a lock holds off: a user (bots are users), or everybody with a role. */
function lockTarget(event: AuditEvent): Identity | Rejection {
  const target = object(event.record['target'])
  const user = text(target?.['user'])
  if (user !== undefined) return userIdentity(user, undefined, event.cluster)
  const role = text(target?.['role'])
  if (role !== undefined) return roleIdentity(role, event.cluster)
  return noTarget
}

function roleIdentity(name: string, cluster: string): Identity {
  const id = `role/${name}`
  return name.includes('@')
    ? { id, type: 'user', tenant: cluster }
    : { id, name, type: 'role', tenant: cluster }
}

/** A join token is for whoever shows it: with method `token` its name is the secret, so it stays unnamed. */
function tokenIdentity(event: AuditEvent): Identity {
  const name = text(event.record['name'])
  const isStatic = event.type === 'bot_token.create' || event.record['join_method'] === 'token'
  const id = isStatic || name === undefined ? 'join-token' : `join-token/${name}`
  return { id, type: 'unknown', tenant: event.cluster }
}

function changed(event: AuditEvent): Identity | Rejection {
  if (event.type === 'lock.created') return lockTarget(event)
  if (event.type === 'join_token.create' || event.type === 'bot_token.create') return tokenIdentity(event)
  const name = text(event.record['name'])
  if (name === undefined) return noName
  if (event.type.startsWith('bot.')) return botIdentity(name, event.cluster)
  if (event.type.startsWith('user.')) return userIdentity(name, undefined, event.cluster)
  return { id: `workload-identity/${name}`, name, type: 'spiffe', tenant: event.cluster }
}

export function mapIdentityChange(event: AuditEvent): Change | Rejection {
  const identity = changed(event)
  const op = identityOps[event.type]
  if ('reason' in identity) return identity
  return op === undefined ? noName : { ...common(event), kind: 'identity.change', identity, op }
}

export function mapRoleChange(event: AuditEvent): Change | Rejection {
  const name = text(event.record['name'])
  if (name === undefined) return noName
  const identity = roleIdentity(name, event.cluster)
  const role = identity.type === 'user' ? 'role' : identity.id
  const scope = event.cluster || 'cluster'
  return {
    ...common(event),
    kind: 'assignment.change',
    op: 'changed',
    identity,
    principal: identity.id,
    role,
    scope,
  }
}
