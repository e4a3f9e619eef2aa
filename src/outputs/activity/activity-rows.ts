/** Rows about what identities did lately, as `/api/v1` gives them. Times are RFC 3339. */
import { z } from 'zod'
import { detached, detachedIfAny } from '../../events/detach.ts'
import type { AssignmentChange, IdentityChange, IdentityEvent, TokenRequest } from '../../events/event.ts'
import { type AccessPattern, patternsSince } from './access-patterns.ts'

const time = z.string().describe('RFC 3339.')

/** Whom a row is about. */
const subject = {
  provider: z.string(),
  source: z.string(),
  app: z.string(),
  identity: z.string().describe('Id; a pseudonym where it is a person.'),
  name: z.string().optional(),
  identityType: z.string(),
}

const changeRow = z.object({
  time,
  ...subject,
  op: z.string(),
  role: z.string().optional().describe('Absent where the identity itself changed.'),
  scope: z.string().optional(),
  actor: z.string().describe('Who did it; a pseudonym where it is a person.'),
  actorType: z.string(),
  expected: z.enum(['true', 'false', 'unknown']).describe('Whether the baseline accounts for it.'),
})
export type ChangeRow = z.infer<typeof changeRow>
export const changeList = z.object({ changes: z.array(changeRow).describe('The newest first.') })

const refreshFailureRow = z.object({
  time,
  ...subject,
  workload: z.string().optional(),
  audience: z.string(),
  reason: z.string(),
  fault: z.string(),
  code: z.string().optional().describe("The provider's own."),
  count: z.number().describe('How many the row stands for: more than 1 where they come from counters.'),
})
export type RefreshFailureRow = z.infer<typeof refreshFailureRow>
export const refreshFailureList = z.object({
  refreshFailures: z.array(refreshFailureRow).describe('The newest first.'),
})

export const accessPatternRow = z.object({
  provider: z.string(),
  app: z.string(),
  identity: z.string(),
  name: z.string().optional(),
  identityType: z.string(),
  tenant: z.string(),
  layer: z.string(),
  service: z.string().describe('What was called, as the provider names it.'),
  allowed: z.number(),
  unauthenticated: z.number().describe('401.'),
  forbidden: z.number().describe('403.'),
  lastUsed: time,
})
export type AccessPatternRow = z.infer<typeof accessPatternRow>
export const accessPatternList = z.object({
  since: time.describe('From here on calls count: the start of the day before, UTC.'),
  total: z.number().describe('Pairs that are known, before any search and cut.'),
  forgotten: z.number().describe('Pairs that went for want of room since the start.'),
  accessPatterns: z.array(accessPatternRow).describe('One for an identity and a service; the busiest first.'),
})
export type AccessPatternList = z.infer<typeof accessPatternList>

function subjectOf({ provider, source, app, identity }: IdentityEvent) {
  return {
    provider,
    source,
    app: detached(app),
    identity: identity.id,
    name: identity.name,
    identityType: identity.type,
  }
}

function isoOf(at: number): string {
  return new Date(at).toISOString()
}

export function changeRowOf(event: AssignmentChange | IdentityChange): ChangeRow {
  const isAssignment = event.kind === 'assignment.change'
  const { actor, op } = event
  return {
    time: isoOf(event.time),
    ...subjectOf(event),
    op,
    ...(isAssignment && { role: detached(event.role), scope: detached(event.scope) }),
    actor: detached(actor.name ?? actor.id),
    actorType: actor.type,
    expected: isAssignment && event.expected !== undefined ? (event.expected ? 'true' : 'false') : 'unknown',
  }
}

export function refreshFailureRowOf(event: TokenRequest): RefreshFailureRow {
  return {
    time: isoOf(event.time),
    ...subjectOf(event),
    workload: detachedIfAny(event.workload?.name),
    audience: detached(event.audience),
    reason: event.reason ?? 'unknown',
    fault: event.fault ?? 'platform',
    code: detachedIfAny(event.code),
    count: event.weight ?? 1,
  }
}

export function accessPatternRowOf(pattern: AccessPattern): AccessPatternRow {
  const { provider, app, identity, layer, service, calls, lastUsed } = pattern
  return {
    provider,
    app,
    identity: identity.id,
    name: identity.name,
    identityType: identity.type,
    tenant: identity.tenant,
    layer,
    service,
    ...calls,
    lastUsed: isoOf(lastUsed),
  }
}

/** RFC 3339. @param to epoch ms */
export function patternsFrom(to: number): string {
  return isoOf(patternsSince(to))
}
