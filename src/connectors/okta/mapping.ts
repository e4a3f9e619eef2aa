/** A System Log event to identity events: its type decides. */
import { reject } from '../../events/rejection.ts'
import type { JsonObject, Mapped } from '../connector.ts'
import { text } from '../fields.ts'
import { changes } from './change-table.ts'
import { mapChange } from './changes.ts'
import { refusedClients } from './codes.ts'
import { actorIdentity, type Entry, readEntry } from './entry.ts'
import { isGrant, mapGrant, mapRefusedClient, mapSignIn } from './grants.ts'

const noType = reject(
  'missing_field',
  'eventType is missing: expected e.g. app.oauth2.token.grant.access_token',
)
const otherType = reject(
  'not_relevant',
  'an event that is not about tokens, clients, credentials or admin rights',
)

const signIns: ReadonlySet<string> = new Set(['user.session.start', 'user.authentication.sso'])

function isRateLimit(eventType: string): boolean {
  return eventType.endsWith('rate_limit.violation') || eventType.endsWith('limit.violation')
}

/** Written once for a window in which calls were refused, not once for each of them. */
function mapRateLimit(entry: Entry): Mapped {
  return [
    {
      kind: 'token.use',
      id: entry.id,
      time: entry.time,
      provider: 'okta',
      source: 'okta',
      layer: 'federation',
      identity: actorIdentity(entry),
      app: '',
      outcome: 'failure',
      reason: 'throttled',
      fault: 'platform',
      code: entry.eventType,
      correlation: { tokenId: entry.requestTokenId, operationId: entry.transactionId },
      service: 'okta',
      decision: 'allowed',
    },
  ]
}

type Mapper = (entry: Entry) => Mapped

function mapperOf(eventType: string): Mapper | undefined {
  if (isGrant(eventType)) return mapGrant
  if (signIns.has(eventType)) return mapSignIn
  if (isRateLimit(eventType)) return mapRateLimit
  const change = changes.get(eventType)
  if (change !== undefined) return (entry) => mapChange(entry, change)
  const refused = refusedClients.get(eventType)
  return refused && ((entry) => mapRefusedClient(entry, refused))
}

export function map(record: JsonObject): Mapped {
  const eventType = text(record['eventType'])
  if (eventType === undefined) return noType
  const mapper = mapperOf(eventType)
  if (mapper === undefined) return otherType
  const entry = readEntry(record, eventType)
  // An outcome has a reason too: the time is what only a read entry has.
  return 'time' in entry ? mapper(entry) : entry
}
