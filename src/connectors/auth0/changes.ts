/** What a call to the Management API changed: clients, their credentials and grants, connections, roles of people. */
import type { AssignmentChange, Identity, IdentityChange } from '../../events/event.ts'
import type { JsonObject } from '../connector.ts'
import { object, objects, text, texts } from '../fields.ts'
import type { ApiCall } from './call.ts'
import { clientIdentity, personIdentity } from './entry.ts'

type Change = AssignmentChange | IdentityChange

function common(call: ApiCall) {
  const { entry, caller } = call
  return {
    id: entry.id,
    time: entry.time,
    provider: 'auth0',
    source: 'auth0',
    layer: 'federation',
    app: '',
    outcome: 'success',
    correlation: { operationId: entry.operationId },
    actor: { id: caller.id, name: caller.name, type: caller.type },
  } as const
}

function bodyOf(call: ApiCall, of: 'request' | 'response'): JsonObject | undefined {
  return object(object(call.entry.details?.[of])?.['body'])
}

/** From the answer, else from what was sent: a deleted object is answered with nothing. */
function named(call: ApiCall, key: string): string | undefined {
  return text(bodyOf(call, 'response')?.[key]) ?? text(bodyOf(call, 'request')?.[key])
}

const operations: ReadonlyMap<string, IdentityChange['op']> = new Map<string, IdentityChange['op']>([
  ['POST', 'created'],
  ['PATCH', 'updated'],
  ['PUT', 'updated'],
  ['DELETE', 'deleted'],
])

function clientOp(call: ApiCall): IdentityChange['op'] | undefined {
  const [, , part] = call.path
  const op = operations.get(call.method)
  if (part === undefined || op === undefined) return op
  if (part === 'rotate-secret') return 'credential-added'
  if (part !== 'credentials') return 'updated'
  if (call.method === 'POST') return 'credential-added'
  return call.method === 'DELETE' ? 'credential-removed' : 'updated'
}

function identityChange(
  call: ApiCall,
  identity: Identity | undefined,
  op: IdentityChange['op'] | undefined,
): readonly Change[] {
  if (identity === undefined || op === undefined) return []
  return [{ ...common(call), kind: 'identity.change', identity, op }]
}

function clientChange(call: ApiCall): readonly Change[] {
  const id = call.path[1] ?? named(call, 'client_id')
  const identity = id === undefined ? undefined : clientIdentity(id, named(call, 'name'), call.entry.tenant)
  return identityChange(call, identity, clientOp(call))
}

/** A connection is the trust in another issuer. */
function connectionChange(call: ApiCall): readonly Change[] {
  if (call.path.length > 2) return []
  const id = call.path[1] ?? named(call, 'id')
  const tenant = call.entry.tenant
  const identity: Identity | undefined =
    id === undefined ? undefined : { id, name: named(call, 'name'), type: 'federated', tenant }
  return identityChange(call, identity, operations.get(call.method))
}

interface Right {
  readonly role: string
  readonly scope: string
}

function assignments(
  call: ApiCall,
  identity: Identity,
  op: AssignmentChange['op'],
  rights: readonly Right[],
): readonly Change[] {
  const base = common(call)
  return rights.map(({ role, scope }, index) => ({
    ...base,
    kind: 'assignment.change',
    id: index === 0 ? base.id : `${base.id}#${index}`,
    identity,
    op,
    principal: identity.id,
    role,
    scope,
  }))
}

const grantOps: ReadonlyMap<string, AssignmentChange['op']> = new Map<string, AssignmentChange['op']>([
  ['POST', 'granted'],
  ['PATCH', 'changed'],
  ['DELETE', 'removed'],
])

/** A grant that is changed or removed may go by its own id only, which then stands for the client. */
function clientGrantChange(call: ApiCall): readonly Change[] {
  const op = grantOps.get(call.method)
  if (op === undefined) return []
  const clientId = named(call, 'client_id')
  const grantId = call.path[1] ?? named(call, 'id') ?? 'unknown'
  const tenant = call.entry.tenant
  const identity: Identity =
    clientId === undefined
      ? { id: `client-grants/${grantId}`, type: 'service-principal', tenant }
      : clientIdentity(clientId, undefined, tenant)
  const scope = bodyOf(call, 'response')?.['scope'] ?? bodyOf(call, 'request')?.['scope']
  const role = texts(scope).join(' ') || '*'
  return assignments(call, identity, op, [{ role, scope: named(call, 'audience') ?? '*' }])
}

/** `|` in ids of people is written `%7C` in paths. */
function userRights(call: ApiCall): readonly Change[] {
  const [, id, part] = call.path
  const op = grantOps.get(call.method)
  if (id === undefined || op === undefined) return []
  const identity = personIdentity(id.replaceAll('%7C', '|').replaceAll('%7c', '|'), call.entry.tenant)
  const body = bodyOf(call, 'request')
  if (part === 'roles') {
    const rights = texts(body?.['roles']).map((role) => ({ role, scope: 'tenant' }))
    return assignments(call, identity, op, rights)
  }
  if (part !== 'permissions') return []
  const rights = objects(body?.['permissions']).map((permission) => ({
    role: text(permission['permission_name']) ?? '*',
    scope: text(permission['resource_server_identifier']) ?? '*',
  }))
  return assignments(call, identity, op, rights)
}

export function changesOf(call: ApiCall): readonly Change[] {
  switch (call.path[0]) {
    case 'clients':
      return clientChange(call)
    case 'client-grants':
      return clientGrantChange(call)
    case 'connections':
      return connectionChange(call)
    case 'users':
      return userRights(call)
    default:
      return []
  }
}
