/** Successful changes of service accounts, their keys, IAM policies, custom roles and federation trust. */
import type { Actor, AssignmentChange, Identity, IdentityChange } from '../../events/event.ts'
import type { JsonObject } from '../connector.ts'
import { object, objects, text } from '../fields.ts'
import type { Entry } from './entry.ts'
import { callerOf, memberIdentity, serviceAccount } from './principal.ts'

const accountOps: Readonly<Record<string, IdentityChange['op']>> = {
  createserviceaccount: 'created',
  undeleteserviceaccount: 'created',
  patchserviceaccount: 'updated',
  updateserviceaccount: 'updated',
  deleteserviceaccount: 'deleted',
  disableserviceaccount: 'disabled',
  enableserviceaccount: 'enabled',
  createserviceaccountkey: 'credential-added',
  uploadserviceaccountkey: 'credential-added',
  enableserviceaccountkey: 'credential-added',
  deleteserviceaccountkey: 'credential-removed',
  disableserviceaccountkey: 'credential-removed',
}

/** Which external tokens Google trusts. */
const trustOps: Readonly<Record<string, IdentityChange['op']>> = {
  createworkloadidentitypool: 'created',
  createworkloadidentitypoolprovider: 'created',
  undeleteworkloadidentitypool: 'created',
  undeleteworkloadidentitypoolprovider: 'created',
  updateworkloadidentitypool: 'updated',
  updateworkloadidentitypoolprovider: 'updated',
  deleteworkloadidentitypool: 'deleted',
  deleteworkloadidentitypoolprovider: 'deleted',
}

const policyActions: ReadonlySet<string> = new Set(['setiampolicy', 'setiampermissions'])

const roleActions: ReadonlySet<string> = new Set(['createrole', 'updaterole', 'deleterole', 'undeleterole'])

function actorOf(entry: Entry): Actor {
  const caller = callerOf(entry.caller, entry.project)
  if (caller === undefined) return { id: 'unknown', type: 'unknown' }
  return { id: caller.identity.id, type: caller.identity.type }
}

function common(entry: Entry) {
  return {
    time: entry.time,
    provider: 'gcp',
    source: 'gcp-audit',
    layer: 'paas',
    app: '',
    outcome: 'success',
    actor: actorOf(entry),
  } as const
}

function bindingChange(entry: Entry, delta: JsonObject, index: number): AssignmentChange {
  const member = text(delta['member'])
  const identity: Identity =
    member === undefined
      ? { id: entry.resource, type: 'unknown', tenant: entry.project }
      : memberIdentity(member, entry.project)
  const action = text(delta['action'])
  const removedOrChanged = action === 'REMOVE' ? 'removed' : 'changed'
  return {
    ...common(entry),
    kind: 'assignment.change',
    id: index === 0 ? entry.id : `${entry.id}#${index}`,
    identity,
    op: action === 'ADD' ? 'granted' : removedOrChanged,
    principal: identity.id,
    role: text(delta['role']) ?? '',
    scope: entry.resource,
  }
}

/** A policy that was set, or a role whose permissions changed, where the record does not say for whom. */
function unnamedChange(entry: Entry, role: string, scope: string): AssignmentChange {
  return {
    ...common(entry),
    kind: 'assignment.change',
    id: entry.id,
    identity: { id: entry.resource, type: 'unknown', tenant: entry.project },
    op: 'changed',
    principal: entry.resource,
    role,
    scope,
  }
}

/** `projects/acme` of `projects/acme/roles/reader`. */
function parentOf(role: string): string {
  const at = role.indexOf('/roles/')
  return at < 0 ? role : role.slice(0, at)
}

function accountOf(entry: Entry): Identity {
  const asked = object(entry.payload['request'])
  const answered = object(entry.payload['response'])
  const known = text(entry.labels?.['email_id']) ?? text(answered?.['email'])
  if (known !== undefined) return serviceAccount(known, entry.project)
  const created = text(asked?.['account_id'])
  if (created !== undefined)
    return serviceAccount(`${created}@${entry.project}.iam.gserviceaccount.com`, entry.project)
  // projects/-/serviceAccounts/<e-mail or numeric id>[/keys/<id>]
  const account = (text(asked?.['name']) ?? entry.resource).split('/')[3]
  return serviceAccount(account ?? entry.resource, entry.project)
}

/** None for an action that changes nothing of the kind; the caller has checked that it succeeded. */
export function changesOf(entry: Entry): readonly (AssignmentChange | IdentityChange)[] {
  const policyDelta = object(object(entry.payload['serviceData'])?.['policyDelta'])
  if (policyDelta !== undefined) {
    // Without binding deltas the policy was set again as it was, or only its audit configuration changed.
    const deltas = objects(policyDelta['bindingDeltas'])
    return deltas.map((delta, index) => bindingChange(entry, delta, index))
  }
  if (policyActions.has(entry.action)) return [unnamedChange(entry, '', entry.resource)]
  if (entry.service !== 'iam.googleapis.com') return []
  if (roleActions.has(entry.action)) return [unnamedChange(entry, entry.resource, parentOf(entry.resource))]
  const accountOp = accountOps[entry.action]
  if (accountOp !== undefined)
    return [
      { ...common(entry), kind: 'identity.change', id: entry.id, identity: accountOf(entry), op: accountOp },
    ]
  const trustOp = trustOps[entry.action]
  if (trustOp === undefined) return []
  const pool: Identity = { id: entry.resource, type: 'federated', tenant: entry.project }
  return [{ ...common(entry), kind: 'identity.change', id: entry.id, identity: pool, op: trustOp }]
}
