/** Tokens that Okta's authorization servers were asked for, and sign-ins of people. */
import type { Identity, Reason, TokenRequest } from '../../events/event.ts'
import { faultOf } from '../../events/fault.ts'
import { reject } from '../../events/rejection.ts'
import { parseInstant } from '../../events/time.ts'
import type { JsonObject, Mapped } from '../connector.ts'
import { object, text } from '../fields.ts'
import { clientGrants, personalGrants, reasonOf } from './codes.ts'
import {
  actorIdentity,
  codeOf,
  type Entry,
  known,
  machineIdentity,
  personIdentity,
  targetOf,
} from './entry.ts'

const companion = reject(
  'not_terminal',
  'one of several tokens of one grant: the record of its access token counts',
)
const notDecided = reject('not_relevant', 'a challenge or a skipped step, not the end of a request')
const goesOn = reject('not_terminal', 'a sign-in that goes on: the grant of its token counts')

const grantPrefixes = ['app.oauth2.token.grant', 'app.oauth2.as.token.grant']

/** `.access_token`, `.id_token`, … or nothing: Okta writes a failed grant without a suffix. Undefined for other events. */
function grantSuffix(eventType: string): string | undefined {
  const prefix = grantPrefixes.find((candidate) => eventType.startsWith(candidate))
  if (prefix === undefined) return undefined
  const suffix = eventType.slice(prefix.length)
  return suffix === '' || suffix.startsWith('.') ? suffix : undefined
}

export function isGrant(eventType: string): boolean {
  return grantSuffix(eventType) !== undefined
}

interface Failure {
  readonly reason: Reason
  readonly code: string
}

/** Undefined for a success. An outcome that Okta itself does not know is a failure. */
function failureOf(entry: Entry): Failure | undefined {
  if (entry.result === 'SUCCESS' || entry.result === 'ALLOW') return undefined
  const reason = reasonOf(entry.reason ?? '')
  const isDenial = entry.result === 'DENY' && reason === 'unknown'
  return { reason: isDenial ? 'policy_denied' : reason, code: codeOf(entry) }
}

/** The client that asked; it may be named in one of three places only. */
function clientIdentity(entry: Entry): Identity {
  const actor = actorIdentity(entry)
  if (actor.type === 'service-principal') return actor
  const app = targetOf(entry, 'appinstance')
  const appId = known(text(app?.['id']))
  const id = entry.client ?? appId
  if (id === undefined) return { id: 'unknown', type: 'service-principal', tenant: '' }
  return machineIdentity(id, appId === id ? text(app?.['displayName']) : undefined)
}

/** Whether a person takes part; where the grant type is not said, a person among the targets shows it. */
function isPersonal(grantType: string | undefined, person: JsonObject | undefined): boolean {
  if (grantType !== undefined && clientGrants.has(grantType)) return false
  return person !== undefined || (grantType !== undefined && personalGrants.has(grantType))
}

function requestOf(entry: Entry, identity: Identity, failure: Failure | undefined): TokenRequest {
  return {
    kind: 'token.request',
    id: entry.id,
    time: entry.time,
    provider: 'okta',
    source: 'okta',
    layer: 'federation',
    identity,
    app: '',
    outcome: failure === undefined ? 'success' : 'failure',
    reason: failure?.reason,
    fault: failure && faultOf[failure.reason],
    code: failure?.code,
    vantage: 'issuer',
    audience: '',
  }
}

function audienceOf(entry: Entry): string {
  const server = targetOf(entry, 'authorizationserver')
  return text(entry.debug?.['authorizationServerAudience']) ?? known(text(server?.['displayName'])) ?? ''
}

export function mapGrant(entry: Entry): Mapped {
  const suffix = grantSuffix(entry.eventType)
  if (suffix === '.id_token' || suffix === '.refresh_token') return companion
  if (entry.result === 'CHALLENGE' || entry.result === 'SKIPPED') return notDecided
  const grantType = text(entry.debug?.['grantType'])
  const person = targetOf(entry, 'user')
  const client = clientIdentity(entry)
  const forPerson = isPersonal(grantType, person)
  const identity = forPerson ? personIdentity(text(person?.['id'])) : client
  const failure = failureOf(entry)
  const token = targetOf(entry, 'access_token') ?? targetOf(entry, 'id_jag')
  const expires = parseInstant(text(object(token?.['detailEntry'])?.['expires']) ?? '')
  const isIssued = failure === undefined && !Number.isNaN(expires)
  const ttlSeconds = Math.round((expires - entry.time) / 1000)
  return [
    {
      ...requestOf(entry, identity, failure),
      workload: forPerson && client.id !== 'unknown' ? { kind: 'service', name: client.id } : undefined,
      correlation: {
        tokenId: failure === undefined ? known(text(token?.['id'])) : undefined,
        operationId: entry.transactionId,
        requestId: text(entry.debug?.['requestId']),
      },
      audience: audienceOf(entry),
      refresh: grantType === 'refresh_token' ? true : undefined,
      ttlSeconds: isIssued && ttlSeconds > 0 ? ttlSeconds : undefined,
      expiresAt: isIssued ? expires : undefined,
    },
  ]
}

export function mapRefusedClient(entry: Entry, reason: Reason): Mapped {
  return [requestOf(entry, clientIdentity(entry), { reason, code: entry.eventType })]
}

/** A session with Okta, or an assertion for an app; with OpenID Connect the app still has to fetch its token. */
export function mapSignIn(entry: Entry): Mapped {
  if (entry.result === 'CHALLENGE' || entry.result === 'SKIPPED') return notDecided
  const app = targetOf(entry, 'appinstance')
  const failure = failureOf(entry)
  if (failure === undefined && object(app?.['detailEntry'])?.['signOnModeType'] === 'OPENID_CONNECT')
    return goesOn
  const appId = entry.eventType === 'user.authentication.sso' ? known(text(app?.['id'])) : undefined
  return [
    {
      ...requestOf(entry, personIdentity(text(entry.actor?.['id'])), failure),
      correlation: { operationId: entry.transactionId },
      audience: appId ?? 'okta',
    },
  ]
}
