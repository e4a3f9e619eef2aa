/** What every System Log event has: id, time, outcome, who acted. */
import type { Identity, IdentityType } from '../../events/event.ts'
import { type Rejection, reject } from '../../events/rejection.ts'
import { parseInstant } from '../../events/time.ts'
import type { JsonObject } from '../connector.ts'
import { object, objects, text } from '../fields.ts'

export interface Entry {
  /** Of the event, without suffix. */
  readonly id: string
  /** Epoch ms. */
  readonly time: number
  readonly eventType: string
  /** SUCCESS, ALLOW, FAILURE, DENY, CHALLENGE, SKIPPED, UNKNOWN. */
  readonly result: string
  readonly reason: string | undefined
  readonly actor: JsonObject | undefined
  readonly targets: readonly JsonObject[]
  readonly debug: JsonObject | undefined
  readonly client: string | undefined
  readonly transactionId: string | undefined
  /** Of the API token or access token that the request came with. */
  readonly requestTokenId: string | undefined
}

const noId = reject('missing_field', 'uuid is missing: expected the id of the event')
const noTime = reject('missing_field', 'published is missing: expected an RFC 3339 time')
const badTime = reject('invalid_field', 'published is not an RFC 3339 time')
const noResult = reject('missing_field', 'outcome.result is missing: expected e.g. SUCCESS or FAILURE')

/** Okta writes what it does not know as the text `unknown`. */
export function known(id: string | undefined): string | undefined {
  return id === 'unknown' ? undefined : id
}

export function readEntry(record: JsonObject, eventType: string): Entry | Rejection {
  const uuid = text(record['uuid'])
  if (uuid === undefined) return noId
  const published = text(record['published'])
  if (published === undefined) return noTime
  const time = parseInstant(published)
  if (Number.isNaN(time)) return badTime
  const outcome = object(record['outcome'])
  const result = text(outcome?.['result'])
  if (result === undefined) return noResult
  const transaction = object(record['transaction'])
  return {
    id: `okta:${uuid}`,
    time,
    eventType,
    result,
    reason: text(outcome?.['reason']),
    actor: object(record['actor']),
    targets: objects(record['target']),
    debug: object(object(record['debugContext'])?.['debugData']),
    client: known(text(object(record['client'])?.['id'])),
    transactionId: known(text(transaction?.['id'])),
    requestTokenId: text(object(transaction?.['detail'])?.['requestApiTokenId']),
  }
}

/** Case differs between event types: `access_token`, `AppInstance`. */
export function targetOf(entry: Entry, type: string): JsonObject | undefined {
  return entry.targets.find((target) => text(target['type'])?.toLowerCase() === type)
}

const machineTypes: ReadonlySet<string> = new Set([
  'PublicClientApp',
  'ConfidentialClientApp',
  'Client',
  'AppInstance',
  'ServiceApp',
  'WorkloadIdentityPrincipal',
])

function typeOf(written: string | undefined): IdentityType {
  if (written === 'User') return 'user'
  return written !== undefined && machineTypes.has(written) ? 'service-principal' : 'unknown'
}

/** A person's name is not passed on. The org is nowhere in the record. */
export function personIdentity(id: string | undefined): Identity {
  return { id: known(id) ?? 'unknown', type: 'user', tenant: '' }
}

export function machineIdentity(id: string, name: string | undefined): Identity {
  const isAddress = name?.includes('@') === true
  return { id, name: isAddress ? undefined : known(name), type: 'service-principal', tenant: '' }
}

export function actorIdentity(entry: Entry): Identity {
  const id = known(text(entry.actor?.['id']))
  const type = typeOf(text(entry.actor?.['type']))
  if (type === 'user') return personIdentity(id)
  if (type === 'service-principal' && id !== undefined)
    return machineIdentity(id, text(entry.actor?.['displayName']))
  return { id: id ?? 'unknown', type: 'unknown', tenant: '' }
}

function isCode(written: string): boolean {
  return written !== '' && written.length <= 64 && !written.includes(' ') && !written.includes('@')
}

/** A reason in words may name somebody: only what looks like a code is passed on, `invalid_client` of `invalid_client: kid is …`. */
export function codeOf(entry: Entry): string {
  const reason = entry.reason ?? ''
  if (isCode(reason)) return reason
  const head = reason.slice(0, Math.max(reason.indexOf(':'), 0))
  return isCode(head) ? head : entry.result
}
