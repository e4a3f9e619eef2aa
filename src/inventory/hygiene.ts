/** Rights and credentials that nobody should have left behind: what to clean up first. */
import type { AccessGraph, Principal } from './access-graph.ts'
import type { CredentialFact } from './facts.ts'
import type { Lesson } from './learned.ts'

const dayMs = 86_400_000

export type FindingKind =
  | 'deleted-but-assigned'
  | 'disabled-but-assigned'
  | 'assigned-to-nobody'
  | 'never-used'
  | 'open-to-everyone'
  | 'credential-expired'
  | 'credential-expires-soon'
  | 'static-key-old'

export interface Finding {
  readonly kind: FindingKind
  readonly identity: string
  readonly message: string
}

export interface HygieneLimits {
  /** An identity unused for so long is not needed. */
  readonly unusedDays: number
  readonly keyAgeDays: number
  readonly expiresWithinDays: number
}

export const defaultHygiene: HygieneLimits = { unusedDays: 90, keyAgeDays: 90, expiresWithinDays: 30 }

const rights = (count: number): string => (count === 1 ? '1 right' : `${count} rights`)

function ofState(
  principal: Principal,
  held: number,
  listsAccounts: boolean,
): readonly [FindingKind, string][] {
  if (held === 0) return []
  const { state, type, isListed } = principal
  if (state?.is === 'deleted') return [['deleted-but-assigned', `is deleted and still holds ${rights(held)}`]]
  if (state?.is === 'disabled')
    return [['disabled-but-assigned', `is disabled and still holds ${rights(held)}`]]
  const isMissing =
    type === 'service-account' && principal.provider === 'kubernetes' && listsAccounts && !isListed
  return isMissing ? [['assigned-to-nobody', `does not exist and holds ${rights(held)}`]] : []
}

/** Only where somebody would have seen it: in an inventory that tells last uses, or in events about the identity. */
function ofUse(principal: Principal, lesson: Lesson | undefined, held: number, now: number, days: number) {
  if (
    held === 0 ||
    principal.type === 'group' ||
    principal.type === 'everyone' ||
    principal.type === 'service'
  )
    return []
  const used = Math.max(principal.lastUsedAt ?? -Infinity, lesson?.lastSeen ?? -Infinity)
  const isOld =
    principal.tellsUse && principal.createdAt !== undefined && now - principal.createdAt >= days * dayMs
  if (used === -Infinity)
    return isOld ? [['never-used', `holds ${rights(held)} and was never used`] as const] : []
  const idle = Math.floor((now - used) / dayMs)
  return idle >= days
    ? [['never-used', `holds ${rights(held)} and was last used ${idle} days ago`] as const]
    : []
}

function ofCredential(
  credential: CredentialFact,
  now: number,
  limits: HygieneLimits,
): readonly (readonly [FindingKind, string])[] {
  if (!credential.isActive) return []
  const { kind, expiresAt, createdAt } = credential
  const found: (readonly [FindingKind, string])[] = []
  const left = expiresAt === undefined ? Infinity : Math.floor((expiresAt - now) / dayMs)
  if (left < 0) found.push(['credential-expired', `${kind} expired ${-left} days ago`])
  else if (left <= limits.expiresWithinDays)
    found.push(['credential-expires-soon', `${kind} expires in ${left} days`])
  const age = createdAt === undefined ? 0 : Math.floor((now - createdAt) / dayMs)
  const isStatic = kind === 'access-key' || kind === 'secret'
  if (isStatic && left >= 0 && age >= limits.keyAgeDays)
    found.push(['static-key-old', `${kind} is ${age} days old`])
  return found
}

export interface HygieneInput {
  readonly graph: AccessGraph
  readonly lessons: ReadonlyMap<string, Lesson>
  /** Epoch ms. */
  readonly now: number
  readonly limits: HygieneLimits
}

/** Roles that anybody at all may assume are open, whatever they may do. */
function opened(graph: AccessGraph): ReadonlySet<string> {
  return new Set(
    (graph.trusts.get('*') ?? [])
      .filter(({ conditions }) => conditions.length === 0)
      .map(({ target }) => target),
  )
}

/** Gives the findings about one principal after another. */
export function hygieneOf({
  graph,
  lessons,
  now,
  limits,
}: HygieneInput): (of: Principal) => readonly Finding[] {
  const open = opened(graph)
  let listsAccounts = false
  for (const { provider, isListed } of graph.principals.values())
    if (provider === 'kubernetes' && isListed) listsAccounts = true
  return (principal) => {
    let held = 0
    for (const grant of principal.grants.values()) if (graph.holds(grant)) held++
    const found: (readonly [FindingKind, string])[] = [
      ...ofState(principal, held, listsAccounts),
      ...(principal.state?.is === 'deleted'
        ? []
        : ofUse(principal, lessons.get(principal.key), held, now, limits.unusedDays)),
      ...principal.credentials.flatMap((credential) => ofCredential(credential, now, limits)),
    ]
    if (principal.type === 'everyone' && held > 0)
      found.push(['open-to-everyone', `everyone holds ${rights(held)}`])
    if (open.has(principal.key)) found.push(['open-to-everyone', 'anyone may assume it'])
    return found.map(([kind, message]) => ({ kind, identity: principal.key, message }))
  }
}
