/** Who holds which right over what, from the targets of an audited assignment. */
import type { Identity, IdentityType } from '../../events/event.ts'
import { type Rejection, reject } from '../../events/rejection.ts'
import type { JsonObject } from '../connector.ts'
import { text } from '../fields.ts'
import type { Activity, AssignmentKind } from './activities.ts'
import { effective, targetOfType, targetsOf } from './targets.ts'

export interface Assignment {
  readonly holder: Omit<Identity, 'tenant'>
  readonly role: string
  readonly scope: string
}

type Read = (targets: readonly JsonObject[], isRemoval: boolean) => Assignment | Rejection

const holderTypes: ReadonlyMap<string, IdentityType> = new Map<string, IdentityType>([
  ['User', 'user'],
  ['ServicePrincipal', 'service-principal'],
  ['Group', 'unknown'],
])

const missingHolder = reject(
  'missing_field',
  'targetResources: expected the id of who gains or loses the role',
)
const missingGrantee = reject(
  'missing_field',
  'targetResources.modifiedProperties: expected ServicePrincipal.ObjectID, the service principal that is granted',
)
const memberIsNoMachine = reject('not_relevant', 'a group membership of a person, group or device')

/** The directory root, unless the role is limited to an administrative unit. */
const directoryScope = '/'

function holderOf(target: JsonObject | undefined): Assignment['holder'] | undefined {
  const id = text(target?.['id'])
  if (target === undefined || id === undefined) return undefined
  const type = holderTypes.get(text(target['type']) ?? '') ?? 'unknown'
  return { id, name: type === 'user' ? undefined : text(target['displayName']), type }
}

function displayNameOf(target: JsonObject | undefined): string | undefined {
  return text(target?.['displayName']) ?? text(target?.['id'])
}

const directoryRole: Read = (targets, isRemoval) => {
  const holder = holderOf(targetOfType(targets, ['User', 'ServicePrincipal', 'Group']))
  if (holder === undefined) return missingHolder
  const unit = displayNameOf(targetOfType(targets, ['AdministrativeUnit']))
  const role =
    effective(targets, 'Role.DisplayName', isRemoval) ?? displayNameOf(targetOfType(targets, ['Role']))
  return {
    holder,
    role: role ?? 'unknown',
    scope: unit === undefined ? directoryScope : `/administrativeUnits/${unit}`,
  }
}

/** The target is the API whose permission is granted; who is granted it stands in the modified properties. */
function permission(property: string): Read {
  return (targets, isRemoval) => {
    const id = effective(targets, 'ServicePrincipal.ObjectID', isRemoval)
    if (id === undefined) return missingGrantee
    const name = effective(targets, 'ServicePrincipal.DisplayName', isRemoval)
    return {
      holder: { id, name, type: 'service-principal' },
      role: effective(targets, property, isRemoval)?.trim() ?? 'unknown',
      scope: displayNameOf(targets[0]) ?? 'unknown',
    }
  }
}

const groupMember: Read = (targets, isRemoval) => {
  const holder = holderOf(targetOfType(targets, ['ServicePrincipal']))
  if (holder === undefined) return memberIsNoMachine
  const group = effective(targets, 'Group.DisplayName', isRemoval)
  return {
    holder,
    role: 'member',
    scope: group ?? displayNameOf(targetOfType(targets, ['Group'])) ?? 'unknown',
  }
}

const readers: Readonly<Record<AssignmentKind, Read>> = {
  'directory-role': directoryRole,
  'app-role': permission('AppRole.Value'),
  'delegated-permission': permission('DelegatedPermissionGrant.Scope'),
  'group-member': groupMember,
}

export function assignmentOf(
  details: JsonObject,
  activity: Extract<Activity, { kind: 'assignment' }>,
): Assignment | Rejection {
  return readers[activity.of](targetsOf(details), activity.op === 'removed')
}
