/** Successful changes of service accounts and of the RBAC objects that give them rights. */
import type { Actor, AssignmentChange, Identity, IdentityChange } from '../../events/event.ts'
import type { JsonObject } from '../connector.ts'
import { object, objects, text } from '../fields.ts'
import type { Call } from './call.ts'
import { effectiveUser, identityOf, serviceAccountId, typeOf } from './subject.ts'

const bindings: Readonly<Record<string, string>> = {
  rolebindings: 'RoleBinding',
  clusterrolebindings: 'ClusterRoleBinding',
}

const roles: Readonly<Record<string, string>> = { roles: 'Role', clusterroles: 'ClusterRole' }

const assignmentOps: Readonly<Record<string, AssignmentChange['op']>> = {
  create: 'granted',
  update: 'changed',
  patch: 'changed',
  delete: 'removed',
  deletecollection: 'removed',
}

const identityOps: Readonly<Record<string, IdentityChange['op']>> = {
  create: 'created',
  update: 'updated',
  patch: 'updated',
  delete: 'deleted',
  deletecollection: 'deleted',
}

function common(call: Call, actor: Actor) {
  return {
    time: call.ended,
    provider: 'kubernetes',
    source: 'kubernetes-audit',
    layer: 'container',
    app: '',
    outcome: 'success',
    actor,
  } as const
}

/** A subject of a binding: a service account, a user, or a group (`group:` and its name; an address names people). */
function subjectOf(subject: JsonObject, call: Call): Identity {
  const name = text(subject['name']) ?? ''
  const kind = text(subject['kind'])
  if (kind === 'ServiceAccount') {
    const namespace = text(subject['namespace']) ?? call.namespace ?? ''
    return identityOf(serviceAccountId(namespace, name), call.cluster)
  }
  if (kind !== 'Group') return identityOf(name, call.cluster)
  return { id: `group:${name}`, type: name.includes('@') ? 'user' : 'unknown', tenant: call.cluster }
}

/** `*` for a whole collection, and for an object that is named after a person (by e-mail address). */
function objectName(kind: string, call: Call): string {
  const name = call.name === undefined || call.name.includes('@') ? '*' : call.name
  return call.namespace === undefined ? `${kind}/${name}` : `${kind}/${call.namespace}/${name}`
}

function assignmentChanges(call: Call, op: AssignmentChange['op'], actor: Actor): AssignmentChange[] {
  const bindingKind = bindings[call.resource]
  const roleKind = roles[call.resource]
  const scope = call.namespace === undefined ? 'cluster' : `namespaces/${call.namespace}`
  let role = objectName(bindingKind ?? roleKind ?? '', call)
  let binding: string | undefined
  // The object stands for those whom it concerns where the record does not name them.
  let identities: readonly Identity[] = [{ id: role, type: 'unknown', tenant: call.cluster }]
  if (bindingKind !== undefined) {
    const body = object(call.answered?.['roleRef']) === undefined ? call.asked : call.answered
    const bound = object(body?.['roleRef'])
    const subjects = objects(body?.['subjects'])
    if (subjects.length > 0) {
      identities = subjects.map((subject) => subjectOf(subject, call))
      binding = role.endsWith('*') ? undefined : role
    }
    if (bound !== undefined) role = `${text(bound['kind']) ?? 'Role'}/${text(bound['name']) ?? ''}`
  }
  return identities.map((identity, index) => ({
    ...common(call, actor),
    kind: 'assignment.change',
    id: index === 0 ? call.id : `${call.id}#${index}`,
    identity,
    principal: identity.id,
    // Rules of a role changed: nobody was added or removed.
    op: roleKind === undefined ? op : 'changed',
    role,
    scope,
    binding,
  }))
}

function identityChange(call: Call, op: IdentityChange['op'], actor: Actor): IdentityChange {
  const identity = identityOf(serviceAccountId(call.namespace ?? '', call.name ?? '*'), call.cluster)
  return { ...common(call, actor), kind: 'identity.change', id: call.id, identity, op }
}

/** None for a call that changes nothing of the kind; the caller has checked that it succeeded. */
export function changesOf(call: Call): readonly (AssignmentChange | IdentityChange)[] {
  const assignmentOp = assignmentOps[call.verb]
  if (assignmentOp === undefined || call.dryRun || call.subresource !== undefined) return []
  const user = effectiveUser(call)
  // The API server itself puts the built-in roles back at each start.
  if (user === 'system:apiserver') return []
  const actor: Actor = { id: user, type: typeOf(user) }
  if (call.resource === 'serviceaccounts') {
    const op = identityOps[call.verb]
    return op === undefined ? [] : [identityChange(call, op, actor)]
  }
  const isRbac = call.apiGroup === 'rbac.authorization.k8s.io' || call.apiGroup === ''
  const isRight = bindings[call.resource] !== undefined || roles[call.resource] !== undefined
  return isRbac && isRight ? assignmentChanges(call, assignmentOp, actor) : []
}
