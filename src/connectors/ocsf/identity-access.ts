/** Authentication and Authorize Session: attempts to get a session, and the rights that a new session is given. */
import type { TokenRequest } from '../../events/event.ts'
import { reject } from '../../events/rejection.ts'
import type { JsonObject, Mapped } from '../connector.ts'
import { object, text } from '../fields.ts'
import { accountSwitch, logoff, preauth, serviceTicketRenew } from './codes.ts'
import { correlationOf, eventOf, serviceOf, useOf } from './event.ts'
import { epochMs, type Head } from './head.ts'
import { isRejected, outcomeOf } from './outcome.ts'
import { actorOf, principalOf } from './principal.ts'

const ended = reject('not_relevant', 'a session ended: nothing was asked for')
const switched = reject('not_relevant', 'a switch of accounts on one machine: no token was issued')
const stage = reject('not_terminal', 'a stage before the authentication: its own event counts')
const platform = reject('not_relevant', 'a component of the system itself, not a workload')
const missingUser = reject('missing_field', 'user: expected who authenticated (uid or name)')

interface Validity {
  readonly expiresAt?: number | undefined
  readonly ttlSeconds?: number | undefined
}

function validityOf(record: JsonObject, time: number): Validity {
  const expiresAt = epochMs(object(record['session'])?.['expiration_time'])
  if (expiresAt === undefined || expiresAt <= time) return {}
  return { expiresAt, ttlSeconds: Math.round((expiresAt - time) / 1000) }
}

/** Where a query follows, it may hold anything. */
function audienceOf(record: JsonObject): string {
  const named = text(object(record['service'])?.['name'])
  const endpoint = text(object(record['dst_endpoint'])?.['svc_name']) ?? ''
  const query = endpoint.indexOf('?')
  return named ?? (query < 0 ? endpoint : endpoint.slice(0, query))
}

export function mapAuthentication(record: JsonObject, head: Head): Mapped {
  if (head.activity === logoff) return ended
  if (head.activity === preauth) return stage
  if (head.activity === accountSwitch) return switched
  const failure = outcomeOf(record)
  if (isRejected(failure)) return failure
  const user = object(record['user'])
  const principal = (user === undefined ? undefined : principalOf(user, record)) ?? actorOf(record)
  if (principal === 'platform') return platform
  if (principal === undefined) return missingUser
  const isMachine = principal.identity.type !== 'user'
  const request: TokenRequest = {
    ...eventOf(record, head, principal, failure),
    kind: 'token.request',
    correlation: correlationOf(
      record,
      isMachine && failure === undefined ? object(record['session']) : undefined,
    ),
    vantage: 'issuer',
    audience: audienceOf(record),
    refresh: head.activity === serviceTicketRenew ? true : undefined,
    ...(failure === undefined ? validityOf(record, head.time) : {}),
  }
  return [request]
}

/** The rights of one session, at its beginning: they show what an identity can do, and grant nothing lasting. */
export function mapAuthorization(record: JsonObject, head: Head): Mapped {
  const failure = outcomeOf(record)
  if (isRejected(failure)) return failure
  const user = object(record['user'])
  const principal = user === undefined ? undefined : principalOf(user, record)
  if (principal === 'platform') return platform
  if (principal === undefined) return missingUser
  const isMachine = principal.identity.type !== 'user'
  const correlation = correlationOf(record, isMachine ? object(record['session']) : undefined)
  // Whatever the source's code: the session did not get the rights that it asked for.
  const isUnknown = failure?.reason === 'unknown'
  const denied = isUnknown ? ({ ...failure, reason: 'permission_denied', fault: 'policy' } as const) : failure
  return [useOf(record, head, principal, denied, { service: serviceOf(record), correlation })]
}
