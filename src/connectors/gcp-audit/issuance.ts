/** Tokens issued by the Security Token Service and by the Service Account Credentials API. */
import type { Identity, TokenRequest } from '../../events/event.ts'
import { number, object, text, texts } from '../fields.ts'
import type { Entry } from './entry.ts'
import { federated, isWorkforce, subjectOf } from './federation.ts'
import { issuanceFailure } from './outcome.ts'
import { callerOf, serviceAccount } from './principal.ts'

const impersonations: ReadonlySet<string> = new Set([
  'generateaccesstoken',
  'generateidtoken',
  'signjwt',
  'signblob',
])

/** The second one is where signing was before it had a service of its own. */
const issuers: ReadonlySet<string> = new Set(['iamcredentials.googleapis.com', 'iam.googleapis.com', ''])

/** Google's documented lifetime of access and ID tokens where none is asked for. */
const defaultSeconds = 3600

export function isExchange(entry: Entry): boolean {
  return entry.action === 'exchangetoken' && entry.method.startsWith('google.identity.sts.')
}

export function isImpersonation(entry: Entry): boolean {
  return impersonations.has(entry.action) && issuers.has(entry.service)
}

function base(entry: Entry, isFederated: boolean) {
  const failure = issuanceFailure(entry, isFederated)
  return {
    kind: 'token.request',
    id: entry.id,
    time: entry.time,
    provider: 'gcp',
    source: 'gcp-audit',
    app: '',
    outcome: failure === undefined ? 'success' : 'failure',
    reason: failure?.reason,
    fault: failure?.fault,
    code: failure?.code,
    vantage: 'issuer',
  } as const
}

/** The mapped principal gets the token; where the exchange failed it may be missing, and the external subject is all. */
export function mapExchange(entry: Entry): TokenRequest {
  const metadata = object(entry.payload['metadata'])
  const mapped = text(metadata?.['mapped_principal']) ?? text(metadata?.['mappedPrincipal'])
  const subject = text(entry.caller?.['principalSubject']) ?? (mapped === undefined ? '' : subjectOf(mapped))
  const id = mapped ?? (subject || 'unknown')
  const who = federated(id, subject, entry.project)
  const isPerson = who.identity.type === 'user' || isWorkforce(entry.resource)
  return {
    ...base(entry, true),
    ...who,
    identity: isPerson ? { id, type: 'user', tenant: entry.project } : who.identity,
    audience: text(object(entry.payload['request'])?.['audience']) ?? '',
    credentialType: 'federated',
    // People's subjects are their names or addresses.
    federation: { issuer: entry.resource, subject: isPerson ? '' : subject },
  }
}

/** `3600s`, or `{seconds: 3600}`. */
function lifetimeOf(entry: Entry): number | undefined {
  if (entry.action === 'generateidtoken') return defaultSeconds
  if (entry.action !== 'generateaccesstoken') return undefined
  const written = object(entry.payload['request'])?.['lifetime']
  if (written === undefined) return defaultSeconds
  const duration = text(written)
  if (duration?.endsWith('s')) return number(duration.slice(0, -1))
  return number(object(written)?.['seconds'])
}

/** The account that the token is for, by e-mail address or, where only that is known, by its numeric id. */
function target(entry: Entry): Identity | undefined {
  const name = text(object(entry.payload['request'])?.['name']) ?? entry.resource
  const inName = text(name.slice(name.lastIndexOf('/') + 1))
  const account = text(entry.labels?.['email_id']) ?? inName ?? text(entry.labels?.['unique_id'])
  return account === undefined ? undefined : serviceAccount(account, entry.project)
}

/** `undefined`: the record does not say for which service account. */
export function mapImpersonation(entry: Entry): TokenRequest | undefined {
  const identity = target(entry)
  if (identity === undefined) return undefined
  const caller = callerOf(entry.caller, entry.project)
  const isMachine = caller !== undefined && caller.identity.type !== 'user'
  const asked = object(entry.payload['request'])
  const core = base(entry, false)
  return {
    ...core,
    identity,
    layer: isMachine ? caller.layer : 'paas',
    workload: isMachine ? caller.workload : undefined,
    audience: text(asked?.['audience']) ?? texts(asked?.['scope']).join(' '),
    ttlSeconds: core.outcome === 'success' ? lifetimeOf(entry) : undefined,
    credentialId: caller?.credentialId,
    credentialType: caller?.credentialType,
    federation: caller?.federation,
  }
}
