/** AuditLogs records as changes of assignments and identities. */
import type {
  Actor,
  AssignmentChange,
  Identity,
  IdentityChange,
  IdentityEvent,
  TokenUse,
} from '../../events/event.ts'
import { type Rejection, reject } from '../../events/rejection.ts'
import { detailsOf, tenantOf, timeOf } from '../azure-directory.ts'
import type { JsonObject, Mapped } from '../connector.ts'
import { object, text } from '../fields.ts'
import { type Activity, activityOf, isPrivilegedIdentityStep } from './activities.ts'
import { assignmentOf } from './assignments.ts'
import { credentialCount, modified, targetOfType, targetsOf, unquoted } from './targets.ts'

const missingName = reject('missing_field', 'activityDisplayName: expected the name of the audited activity')
const missingId = reject('missing_field', 'id: the audit record has none (expected properties.id, or id)')
const missingTime = reject('missing_field', 'activityDateTime: expected the RFC 3339 time of the activity')
const invalidTime = reject('invalid_field', 'activityDateTime is not an RFC 3339 time')
const missingTarget = reject(
  'missing_field',
  'targetResources: expected the id of the service principal or application that was changed',
)
const otherActivity = reject(
  'not_relevant',
  'an audited activity that changes no right and no machine identity',
)
const privilegedStep = reject(
  'not_terminal',
  'a step of Privileged Identity Management: the record of the assignment itself counts',
)
const unsuccessful = reject('not_relevant', 'the audited activity did not succeed: nothing was changed')

export function mapChange(record: JsonObject): Mapped {
  const details = detailsOf(record)
  const name = text(details['activityDisplayName'])
  if (name === undefined) return missingName
  const activity = activityOf(name)
  if (activity === undefined) return isPrivilegedIdentityStep(name) ? privilegedStep : otherActivity
  if (text(details['result'])?.toLowerCase() !== 'success') return unsuccessful
  const id = text(details['id'])
  if (id === undefined) return missingId
  const time = timeOf(record, text(details['activityDateTime']))
  if (time === undefined) return missingTime
  if (Number.isNaN(time)) return invalidTime
  return eventsOf(details, activity, {
    id: `azure-entra:AuditLogs:${tenantOf(record)}:${id}`,
    time,
    provider: 'azure',
    source: 'azure-entra',
    app: '',
    outcome: 'success',
    correlation: { operationId: text(details['correlationId']), requestId: id },
    tenant: tenantOf(record),
    actor: actorOf(details),
  })
}

interface Common extends Pick<IdentityEvent, 'id' | 'time' | 'provider' | 'source' | 'correlation' | 'app'> {
  readonly outcome: 'success'
  readonly tenant: string
  readonly actor: Actor
}

function eventsOf(details: JsonObject, activity: Activity, common: Common): Mapped {
  const change =
    activity.kind === 'assignment'
      ? assignmentChange(details, activity, common)
      : identityChange(details, activity, common)
  if (!('kind' in change)) return change
  return common.actor.type === 'service-principal' ? [change, useOf(common)] : [change]
}

function assignmentChange(
  details: JsonObject,
  activity: Extract<Activity, { kind: 'assignment' }>,
  common: Common,
): AssignmentChange | Rejection {
  const assignment = assignmentOf(details, activity)
  if ('reason' in assignment) return assignment
  const { holder, role, scope } = assignment
  const { tenant, ...base } = common
  return {
    ...base,
    kind: 'assignment.change',
    layer: 'federation',
    identity: { ...holder, tenant },
    op: activity.op,
    principal: holder.id,
    role,
    scope,
  }
}

function identityChange(
  details: JsonObject,
  activity: Exclude<Activity, { kind: 'assignment' }>,
  common: Common,
): IdentityChange | Rejection {
  const targets = targetsOf(details)
  const target = targetOfType(targets, ['ServicePrincipal', 'Application']) ?? targets[0]
  const id = target === undefined ? undefined : text(target['id'])
  if (target === undefined || id === undefined) return missingTarget
  const { tenant, ...base } = common
  const identity: Identity = { id, name: text(target['displayName']), type: 'service-principal', tenant }
  const op = activity.kind === 'credentials' ? updateOf(targets) : activity.op
  return { ...base, kind: 'identity.change', layer: 'federation', identity, op }
}

/** An update says what it was only by the values before and after. */
function updateOf(targets: readonly JsonObject[]): IdentityChange['op'] {
  const enabled = modified(targets, 'AccountEnabled')
  if (enabled !== undefined) return unquoted(enabled.after) === 'false' ? 'disabled' : 'enabled'
  const keys = modified(targets, 'KeyDescription') ?? modified(targets, 'FederatedIdentityCredentials')
  if (keys === undefined) return 'updated'
  const growth = credentialCount(keys.after) - credentialCount(keys.before)
  if (growth === 0) return 'updated'
  return growth > 0 ? 'credential-added' : 'credential-removed'
}

function actorOf(details: JsonObject): Actor {
  const initiatedBy = object(details['initiatedBy'])
  const user = object(initiatedBy?.['user'])
  const userId = text(user?.['id']) ?? text(user?.['userPrincipalName'])
  if (userId !== undefined) return { id: userId, type: 'user' }
  const app = object(initiatedBy?.['app'])
  const name = text(app?.['displayName'])
  const appId = text(app?.['servicePrincipalId']) ?? text(app?.['appId'])
  if (appId !== undefined) return { id: appId, name, type: 'service-principal' }
  // Parts of the directory itself, such as `Managed Service Identity`, have a name only.
  return { id: name ?? 'unknown', type: 'unknown' }
}

/** The change was itself a call to the directory by its actor. */
function useOf(common: Common): TokenUse {
  const { tenant, actor, ...base } = common
  return {
    ...base,
    id: `${base.id}#1`,
    kind: 'token.use',
    layer: 'federation',
    identity: { id: actor.id, name: actor.name, type: actor.type, tenant },
    service: 'Microsoft Entra ID',
    decision: 'allowed',
  }
}
