/** Admin events as changes: clients, their secrets, trusted identity providers, role and scope mappings. */
import type { Actor, AssignmentChange, Identity, IdentityChange } from '../../events/event.ts'
import { reject } from '../../events/rejection.ts'
import type { Mapped } from '../connector.ts'
import { object, objects, text } from '../fields.ts'
import type { Entry } from './entry.ts'
import { clientIdentity } from './identities.ts'

const otherResource = reject(
  'not_relevant',
  'an admin event about something else than clients, identity providers, roles and groups',
)
const failedChange = reject('not_relevant', 'the admin event did not succeed: nothing was changed')
const noTarget = reject('missing_field', 'resourcePath is missing: expected e.g. clients/<id>')

const identityOps: ReadonlyMap<string, IdentityChange['op']> = new Map<string, IdentityChange['op']>([
  ['CREATE', 'created'],
  ['UPDATE', 'updated'],
  ['DELETE', 'deleted'],
])

const assignmentOps: ReadonlyMap<string, AssignmentChange['op']> = new Map<string, AssignmentChange['op']>([
  ['CREATE', 'granted'],
  ['UPDATE', 'changed'],
  ['DELETE', 'removed'],
])

function common(entry: Entry, actor: Actor) {
  return {
    id: entry.id,
    time: entry.time,
    provider: 'keycloak',
    source: 'keycloak',
    layer: 'federation',
    app: '',
    outcome: 'success',
    actor,
  } as const
}

/** A service account is a user with an id like any other: who acts cannot be told apart, and may be a person. */
function actorOf(entry: Entry): Actor {
  const { userId, clientId } = entry.fields
  if (userId !== undefined || clientId === undefined) return { id: userId ?? 'unknown', type: 'user' }
  return { id: clientId, type: 'service-principal' }
}

/** Paths below a client's name credentials by what they are: `clients/<id>/client-secret`, `…/certificates/<attribute>/generate`. */
function clientOp(
  entry: Entry,
  below: readonly string[],
  operation: string,
): IdentityChange['op'] | undefined {
  const [part] = below
  if (part === undefined) {
    const isOff = object(entry.representation)?.['enabled'] === false
    return operation === 'UPDATE' && isOff ? 'disabled' : identityOps.get(operation)
  }
  if (part === 'client-secret' || part === 'certificates' || part === 'registration-access-token')
    return operation === 'DELETE' ? 'credential-removed' : 'credential-added'
  return 'updated'
}

/** Without its representation an admin event has the client's internal id only. */
function clientOf(entry: Entry, pathId: string): Identity {
  const clientId = text(object(entry.representation)?.['clientId'])
  if (clientId !== undefined) return clientIdentity(entry, clientId)
  return { id: `clients/${pathId}`, type: 'service-principal', tenant: entry.realm }
}

/** A user may be a service account; only its id is there, so it is kept like a person's. */
function holderOf(entry: Entry, kind: string, id: string): Identity | undefined {
  if (kind === 'users') return { id, type: 'user', tenant: entry.realm }
  if (kind === 'groups') return { id: `group:${id}`, type: 'unknown', tenant: entry.realm }
  return kind === 'clients' ? clientOf(entry, id) : undefined
}

function identityChange(
  entry: Entry,
  identity: Identity,
  op: IdentityChange['op'] | undefined,
): IdentityChange | undefined {
  return op && { ...common(entry, actorOf(entry)), kind: 'identity.change', identity, op }
}

/** The roles that were mapped, one change each; `*` where the event does not name them. */
function mappings(entry: Entry, path: readonly string[], operation: string): readonly AssignmentChange[] {
  const op = assignmentOps.get(operation)
  const [kind = '', id = '', container = '', where = '', clientId] = path
  const identity = holderOf(entry, kind, id)
  if (op === undefined || identity === undefined) return []
  const isGroup = container === 'groups'
  const named = isGroup ? [] : objects(entry.representation).map((role) => text(role['name']) ?? '*')
  const roles = named.length > 0 ? named : [isGroup ? `group:${where}` : '*']
  const base = common(entry, actorOf(entry))
  const realmScope = entry.realm === '' ? 'realm' : `realms/${entry.realm}`
  return roles.map((role, index) => ({
    ...base,
    kind: 'assignment.change',
    id: index === 0 ? entry.id : `${entry.id}#${index}`,
    identity,
    op,
    principal: identity.id,
    role,
    scope: where === 'clients' && clientId !== undefined ? `clients/${clientId}` : realmScope,
  }))
}

function changesOf(entry: Entry, path: readonly string[]): readonly (AssignmentChange | IdentityChange)[] {
  const { operationType: operation = '', resourceType } = entry.fields
  const [kind, id = '', ...below] = path
  switch (resourceType) {
    case 'CLIENT': {
      if (kind !== 'clients') return []
      const change = identityChange(entry, clientOf(entry, id), clientOp(entry, below, operation))
      return change === undefined ? [] : [change]
    }
    case 'IDENTITY_PROVIDER': {
      const identity: Identity = { id: path.slice(0, 3).join('/'), type: 'federated', tenant: entry.realm }
      const change = identityChange(entry, identity, identityOps.get(operation))
      return change === undefined ? [] : [change]
    }
    case 'REALM_ROLE_MAPPING':
    case 'CLIENT_ROLE_MAPPING':
    case 'REALM_SCOPE_MAPPING':
    case 'CLIENT_SCOPE_MAPPING':
    case 'GROUP_MEMBERSHIP':
      return mappings(entry, path, operation)
    default:
      return []
  }
}

export function mapAdminEvent(entry: Entry): Mapped {
  if (entry.fields['error'] !== undefined) return failedChange
  const { resourceType, resourcePath: path } = entry.fields
  // The realm itself has no path.
  if (path === undefined) return resourceType === 'REALM' ? otherResource : noTarget
  const changes = changesOf(entry, path.split('/'))
  return changes.length > 0 ? changes : otherResource
}

/** A client that registers, changes or removes itself. */
export function registrationOf(entry: Entry, op: IdentityChange['op']): Mapped {
  const { clientId } = entry.fields
  if (clientId === undefined)
    return reject('missing_field', 'clientId is missing: expected the client that was registered')
  const change = identityChange(entry, clientIdentity(entry, clientId), op)
  return change === undefined ? otherResource : [change]
}
