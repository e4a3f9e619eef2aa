/** Who holds a credential: the workload if the record names it, else the owning application, else the identity. */
import type { IdentityEvent, Workload } from '../event.ts'
import type { Owner } from '../ownership.ts'

export const workloadKinds: readonly Workload['kind'][] = [
  'pod',
  'vm',
  'function',
  'task',
  'repository',
  'resource',
  'service',
]

/** What the identity book keeps for one identity, so that most events need no look-up. */
export interface HolderMemo {
  /** Whether the role is that of machines which run others' workloads. */
  readonly isNode: boolean
  /** Last day, from the epoch, of which it is known that the identity is a managed one. */
  day: number
  /** The same of its workloads, by name, in one number with their kind. */
  readonly workloads: Map<string, number>
}

export function newHolderMemo(isNode: boolean): HolderMemo {
  return { isNode, day: Number.NaN, workloads: new Map() }
}

/** A service is no workload of anybody's, and a node that asks for a pod's token is not the pod. */
export function namedWorkload({ workload, identity }: IdentityEvent): Workload | undefined {
  if (workload === undefined || workload.kind === 'service') return undefined
  return workload.kind === 'vm' && identity.type === 'service-account' ? undefined : workload
}

/** Repositories have one name in all logs; other names are unique in an account or cluster. */
export function workloadKey({ provider, identity }: IdentityEvent, { kind, name }: Workload): string {
  if (kind === 'repository') return `repository\n${name.toLowerCase()}`
  return `${kind}\n${provider}\n${identity.tenant}\n${name}`
}

/** Only where an ownership rule says so: a suggested application may be of many owners. */
export function appKey({ app, isOwned }: Owner): string | undefined {
  return isOwned ? `app\n${app}` : undefined
}

/** Nobody in particular holds the credentials of identities that a record does not name. */
export function identityKey({ provider, identity }: IdentityEvent): string | undefined {
  const { id, tenant, type } = identity
  if (type === 'user' || id === '' || id === 'unknown') return undefined
  return `identity\n${provider}\n${tenant}\n${id}`
}

/** The narrowest holder that is known; undefined where nobody can be named. */
export function holderKey(event: IdentityEvent, owner: Owner): string | undefined {
  const workload = namedWorkload(event)
  if (workload !== undefined) return workloadKey(event, workload)
  return appKey(owner) ?? identityKey(event)
}
