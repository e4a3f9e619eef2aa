/** Operations that change role assignments, roles and user-assigned identities. */
import type { Actor, AssignmentChange, Identity, IdentityChange, IdentityType } from '../../events/event.ts'
import { lastSegment, resourceKey } from '../azure-resources.ts'
import type { JsonObject } from '../connector.ts'
import { object, text } from '../fields.ts'
import type { Operation } from './operation.ts'

type Change = AssignmentChange | IdentityChange
type Read = (operation: Operation) => Change

/** A deletion of what was not there is answered with it. */
const noContent = 204
const created = 201

const readers: ReadonlyMap<string, Read> = new Map<string, Read>([
  ['microsoft.authorization/roleassignments/write', (operation) => roleAssignment(operation, 'granted')],
  ['microsoft.authorization/roleassignments/delete', (operation) => roleAssignment(operation, 'removed')],
  ['microsoft.authorization/roledefinitions/write', (operation) => roleDefinition(operation, 'changed')],
  ['microsoft.authorization/roledefinitions/delete', (operation) => roleDefinition(operation, 'removed')],
  ['microsoft.authorization/elevateaccess/action', elevation],
  ['microsoft.managedidentity/userassignedidentities/write', writtenIdentity],
  ['microsoft.managedidentity/userassignedidentities/delete', (operation) => identity(operation, 'deleted')],
  [
    'microsoft.managedidentity/userassignedidentities/federatedidentitycredentials/write',
    (operation) => identity(operation, operation.httpStatus === 200 ? 'updated' : 'credential-added'),
  ],
  [
    'microsoft.managedidentity/userassignedidentities/federatedidentitycredentials/delete',
    (operation) => identity(operation, 'credential-removed'),
  ],
])

/** `undefined` if nothing was changed: another operation, a failed one, a deletion of what was not there. */
export function changeOf(operation: Operation): Change | undefined {
  if (!operation.succeeded || operation.httpStatus === noContent) return undefined
  return readers.get(operation.name.toLowerCase())?.(operation)
}

function common(operation: Operation) {
  const { caller } = operation
  const actor: Actor =
    caller === undefined
      ? { id: 'unknown', type: 'unknown' }
      : { id: caller.id, name: caller.name, type: caller.type }
  return {
    id: operation.id,
    time: operation.time,
    provider: 'azure',
    source: 'azure-activity',
    app: '',
    outcome: 'success',
    correlation: { operationId: operation.operationId, requestId: operation.clientRequestId },
    actor,
  } as const
}

const principalTypes: ReadonlyMap<string, IdentityType> = new Map<string, IdentityType>([
  ['User', 'user'],
  ['ServicePrincipal', 'service-principal'],
])

/** What was answered is the assignment as it is (a deletion has only that); what was sent may be all there is. */
function bodyValue(operation: Operation, name: string): string | undefined {
  const bodies = operation.properties
  return inBody(object(bodies?.['responseBody']), name) ?? inBody(object(bodies?.['requestbody']), name)
}

function inBody(body: JsonObject | undefined, name: string): string | undefined {
  return text(object(body?.['properties'])?.[name])
}

function roleAssignment(operation: Operation, op: AssignmentChange['op']): AssignmentChange {
  const principal = bodyValue(operation, 'principalId') ?? 'unknown'
  const type = principalTypes.get(bodyValue(operation, 'principalType') ?? '') ?? 'unknown'
  const role = bodyValue(operation, 'roleDefinitionId')
  return {
    ...common(operation),
    kind: 'assignment.change',
    layer: 'federation',
    identity: { id: principal, type, tenant: operation.tenant },
    op,
    principal,
    role: role === undefined ? 'unknown' : lastSegment(role).toLowerCase(),
    scope: resourceKey(bodyValue(operation, 'scope') ?? parentScope(operation.resource)),
  }
}

/** What stands before the assignment in its own id. */
function parentScope(resource: string): string {
  const at = resource.lastIndexOf('/providers/microsoft.authorization/')
  return at > 0 ? resource.slice(0, at) : '/'
}

/** A role whose permissions changed: it concerns everyone who holds it. */
function roleDefinition(operation: Operation, op: AssignmentChange['op']): AssignmentChange {
  const role = lastSegment(operation.resource)
  return {
    ...common(operation),
    kind: 'assignment.change',
    layer: 'federation',
    identity: { id: role, type: 'role', tenant: operation.tenant },
    op,
    principal: role,
    role,
    scope: parentScope(operation.resource),
  }
}

/** User Access Administrator at the root scope, which a global administrator takes for themselves. */
const userAccessAdministrator = '18d7d88d-d35e-4fb5-a5c3-7773c20a72d9'

function elevation(operation: Operation): AssignmentChange {
  const base = common(operation)
  return {
    ...base,
    kind: 'assignment.change',
    layer: 'federation',
    identity: { id: base.actor.id, name: base.actor.name, type: base.actor.type, tenant: operation.tenant },
    op: 'granted',
    principal: base.actor.id,
    role: userAccessAdministrator,
    scope: '/',
  }
}

function writtenIdentity(operation: Operation): IdentityChange {
  return identity(operation, operation.httpStatus === created ? 'created' : 'updated')
}

/** Its object id stands only in answers to writes; else the resource id names it. */
function identity(operation: Operation, op: IdentityChange['op']): IdentityChange {
  const resource = operation.resource.split('/federatedidentitycredentials/')[0] ?? operation.resource
  const changed: Identity = {
    id: bodyValue(operation, 'principalId') ?? resource,
    name: lastSegment(resource),
    type: 'user-assigned',
    tenant: operation.tenant,
  }
  return { ...common(operation), kind: 'identity.change', layer: 'paas', identity: changed, op }
}
