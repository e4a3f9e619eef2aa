/** Names of rules that decide, what an answer's HTTP status means, and words for kinds of callers, as data. */
import type { IdentityType } from '../../events/event.ts'

/** Rules that are true (or have elements) when the caller may. */
export const allowingRules: ReadonlySet<string> = new Set([
  'allow',
  'allowed',
  'allows',
  'is_allowed',
  'authorized',
  'authorised',
  'is_authorized',
  'is_authorised',
  'permit',
  'permitted',
  'access',
  'authz',
  'decision',
  'main',
])

/** Rules that are true (or have elements) when the caller may not. */
export const denyingRules: ReadonlySet<string> = new Set([
  'deny',
  'denied',
  'denies',
  'violation',
  'violations',
  'forbidden',
  'block',
  'blocked',
  'reject',
  'rejected',
])

/** What callers are said to be in `type` or `kind`. */
export const kinds: Readonly<Record<string, IdentityType>> = {
  user: 'user',
  human: 'user',
  person: 'user',
  employee: 'user',
  customer: 'user',
  service: 'service-account',
  service_account: 'service-account',
  'service-account': 'service-account',
  serviceaccount: 'service-account',
  machine: 'service-account',
  workload: 'service-account',
  robot: 'service-account',
  bot: 'service-account',
  application: 'service-principal',
  app: 'service-principal',
  client: 'service-principal',
  service_principal: 'service-principal',
  'service-principal': 'service-principal',
}
