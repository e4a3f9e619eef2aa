/** Successful changes of policies, roles, AppRole credentials, users, entities and groups. */
import type { Actor, AssignmentChange, Identity, IdentityChange } from '../../events/event.ts'
import { type Call, isAuthMount } from './call.ts'
import { type Holder, namedAfterPerson, personOf, roleOf } from './identity.ts'

type Change = AssignmentChange | IdentityChange

function common(call: Call, actor: Holder) {
  const by: Actor = { id: actor.identity.id, name: actor.identity.name, type: actor.identity.type }
  return {
    id: call.id,
    time: call.time,
    provider: 'vault',
    source: 'vault-audit',
    layer: 'paas',
    app: '',
    outcome: 'success',
    correlation: { requestId: call.requestId },
    actor: by,
  } as const
}

function assignment(
  call: Call,
  actor: Holder,
  identity: Identity,
  op: AssignmentChange['op'],
  role: string,
): Change {
  const scope = call.namespace || 'root'
  return {
    ...common(call, actor),
    kind: 'assignment.change',
    identity,
    principal: identity.id,
    op,
    role,
    scope,
  }
}

function identityChange(call: Call, actor: Holder, identity: Identity, op: IdentityChange['op']): Change {
  return { ...common(call, actor), kind: 'identity.change', identity, op }
}

const assignmentOps: Readonly<Record<string, AssignmentChange['op']>> = {
  create: 'granted',
  update: 'changed',
  patch: 'changed',
  delete: 'removed',
}

const identityOps: Readonly<Record<string, IdentityChange['op']>> = {
  create: 'created',
  update: 'updated',
  patch: 'updated',
  delete: 'deleted',
}

const policyPaths = ['policies/acl/', 'policies/rgp/', 'policies/egp/', 'policy/']

/** Everybody who has the policy is concerned: it stands for them. */
function policyChange(call: Call, actor: Holder): Change | undefined {
  const path = policyPaths.find((prefix) => call.rest.startsWith(prefix))
  if (path === undefined) return undefined
  const name = call.rest.slice(path.length)
  const isPersonal = namedAfterPerson(name)
  const type = isPersonal ? 'user' : 'unknown'
  const identity: Identity = { id: `policy/${name}`, type, tenant: call.namespace }
  const op = call.operation === 'delete' ? 'removed' : 'changed'
  return assignment(call, actor, identity, op, isPersonal ? 'policy' : identity.id)
}

const secretIdOps: Readonly<Record<string, IdentityChange['op']>> = {
  'secret-id': 'credential-added',
  'custom-secret-id': 'credential-added',
  'secret-id/destroy': 'credential-removed',
  'secret-id-accessor/destroy': 'credential-removed',
}

/** `role/NAME` of an auth method, and what is below it. */
function roleChange(call: Call, actor: Holder): Change | undefined {
  const slash = call.rest.indexOf('/', 'role/'.length)
  const name = call.rest.slice('role/'.length, slash < 0 ? undefined : slash)
  const isAppRole = call.mountType === 'approle'
  const identity = roleOf(isAppRole ? 'approle' : 'role', name, call.namespace)
  const role = namedAfterPerson(name) ? `${call.mount}/role` : `${call.mount}/role/${name}`
  if (slash >= 0) {
    const credential = isAppRole ? secretIdOps[call.rest.slice(slash + 1)] : undefined
    if (credential !== undefined) return identityChange(call, actor, identity, credential)
    return assignment(call, actor, identity, 'changed', role)
  }
  if (isAppRole && call.operation !== 'update') {
    const op = identityOps[call.operation]
    return op === undefined ? undefined : identityChange(call, actor, identity, op)
  }
  return assignment(call, actor, identity, assignmentOps[call.operation] ?? 'changed', role)
}

function userChange(call: Call, actor: Holder): Change | undefined {
  const slash = call.rest.indexOf('/', 'users/'.length)
  const { identity } = personOf(
    call.rest.slice('users/'.length, slash < 0 ? undefined : slash),
    call.namespace,
  )
  if (slash < 0) {
    const op = identityOps[call.operation]
    return op === undefined ? undefined : identityChange(call, actor, identity, op)
  }
  const isPassword = call.rest.slice(slash + 1).startsWith('password')
  if (isPassword) return identityChange(call, actor, identity, 'credential-added')
  return assignment(call, actor, identity, 'changed', `${call.mount}/users`)
}

/** `entity/id/ID`, `entity/name/NAME`, `group/id/ID`, `group/name/NAME`; a name that is an address is a person's. */
function directoryChange(call: Call, actor: Holder): Change | undefined {
  const [kind, key, ...rest] = call.rest.split('/')
  const name = rest.join('/')
  if ((key !== 'id' && key !== 'name') || name === '') return undefined
  const type = namedAfterPerson(name) ? 'user' : 'unknown'
  if (kind === 'group') {
    const identity: Identity = { id: `group/${name}`, type, tenant: call.namespace }
    const role = type === 'user' ? 'group' : identity.id
    return assignment(call, actor, identity, call.operation === 'delete' ? 'removed' : 'changed', role)
  }
  const op = identityOps[call.operation]
  if (kind !== 'entity' || op === undefined) return undefined
  return identityChange(call, actor, { id: name, type, tenant: call.namespace }, op)
}

/** `undefined` for a call that changes nothing of the kind; the caller has checked that it succeeded. */
export function changeOf(call: Call, actor: Holder): Change | undefined {
  if (assignmentOps[call.operation] === undefined) return undefined
  if (call.mount === 'sys') return policyChange(call, actor)
  if (call.mount === 'identity') return directoryChange(call, actor)
  if (!isAuthMount(call)) return undefined
  if (call.rest.startsWith('role/')) return roleChange(call, actor)
  return call.rest.startsWith('users/') ? userChange(call, actor) : undefined
}
