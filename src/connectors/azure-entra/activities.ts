/** The audit activities that change who has a right, which identities there are, or what they sign in with. */
import type { AssignmentChange, IdentityChange } from '../../events/event.ts'

/** Where an assignment's role, holder and scope stand in the record. */
export type AssignmentKind = 'directory-role' | 'app-role' | 'delegated-permission' | 'group-member'

export type Activity =
  | { readonly kind: 'assignment'; readonly op: AssignmentChange['op']; readonly of: AssignmentKind }
  | { readonly kind: 'identity'; readonly op: IdentityChange['op'] }
  /** Adds, removes or replaces keys or federated credentials: the old and new values say which. */
  | { readonly kind: 'credentials' }

const granted = (of: AssignmentKind): Activity => ({ kind: 'assignment', op: 'granted', of })
const removed = (of: AssignmentKind): Activity => ({ kind: 'assignment', op: 'removed', of })
const identity = (op: IdentityChange['op']): Activity => ({ kind: 'identity', op })
const credentials: Activity = { kind: 'credentials' }

const activities: ReadonlyMap<string, Activity> = new Map([
  ['add member to role', granted('directory-role')],
  ['remove member from role', removed('directory-role')],
  ['add scoped member to role', granted('directory-role')],
  ['remove scoped member from role', removed('directory-role')],
  ['add app role assignment to service principal', granted('app-role')],
  ['remove app role assignment from service principal', removed('app-role')],
  ['add delegated permission grant', granted('delegated-permission')],
  ['remove delegated permission grant', removed('delegated-permission')],
  ['add member to group', granted('group-member')],
  ['remove member from group', removed('group-member')],
  ['add service principal', identity('created')],
  ['restore service principal', identity('created')],
  ['remove service principal', identity('deleted')],
  ['hard delete service principal', identity('deleted')],
  ['add application', identity('created')],
  ['restore application', identity('created')],
  ['delete application', identity('deleted')],
  ['hard delete application', identity('deleted')],
  ['add service principal credentials', identity('credential-added')],
  ['remove service principal credentials', identity('credential-removed')],
  ['update service principal', credentials],
  ['update application', credentials],
  ['update application - certificates and secrets management', credentials],
  ['create application - certificates and secrets management', credentials],
])

/** Names are written with a hyphen or an en dash, and some end in a space. */
export function activityOf(displayName: string): Activity | undefined {
  return activities.get(displayName.trim().toLowerCase().replace('–', '-'))
}

/**
 * Privileged Identity Management writes a record for each step of a request; the assignment itself is a record of
 * the directory (or, for Azure roles, of the activity log).
 */
export function isPrivilegedIdentityStep(displayName: string): boolean {
  return (
    displayName.includes(' in PIM ') ||
    displayName.includes('(PIM ') ||
    displayName.includes(' outside of PIM')
  )
}
