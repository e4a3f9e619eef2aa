/** A Keycloak event to identity events: what its type means decides. */
import { reject } from '../../events/rejection.ts'
import type { JsonObject, Mapped } from '../connector.ts'
import { mapAdminEvent, registrationOf } from './changes.ts'
import { eventTypes, interactiveSteps } from './codes.ts'
import { type Entry, readEntry } from './entry.ts'
import { grantOf } from './grants.ts'
import { introspectionUse, userInfoUse } from './uses.ts'

const noType = reject('missing_field', 'type is missing: expected e.g. CLIENT_LOGIN, or operationType')
const otherType = reject('not_relevant', 'an event about sessions, profiles or consent, not about tokens')
const signedIn = reject('not_terminal', 'a sign-in that goes on: the exchange of its code for a token counts')
const step = reject('not_relevant', 'a step that a person has to take, not a failure of an identity')
const refusedRegistration = reject('not_relevant', 'the registration was refused: no client was changed')

const failed = '_ERROR'
const passwordGrant = 'password'

/** A sign-in in the browser ends in a code, whose exchange counts, or fails for good. With a password it is the grant itself. */
function mapSignIn(entry: Entry, error: string | undefined): Mapped {
  const isGrant = entry.fields['grant_type'] === passwordGrant
  if (error === undefined && !isGrant) return signedIn
  if (error !== undefined && interactiveSteps.has(error)) return step
  const request = grantOf(entry, error, { kind: 'grant', holder: 'person' })
  return 'kind' in request ? [request] : request
}

function mapUserEvent(entry: Entry, written: string): Mapped {
  const isFailed = written.endsWith(failed)
  const type = isFailed ? written.slice(0, -failed.length) : written
  const error = isFailed ? (entry.fields['error'] ?? 'unknown') : entry.fields['error']
  const meaning = eventTypes.get(type)
  switch (meaning?.kind) {
    case undefined:
      return otherType
    case 'grant': {
      const request = grantOf(entry, error, meaning)
      return 'kind' in request ? [request] : request
    }
    case 'sign-in':
      return mapSignIn(entry, error)
    case 'user-info':
      return [userInfoUse(entry, error)]
    case 'introspection': {
      const use = introspectionUse(entry, error)
      return 'kind' in use ? [use] : use
    }
    case 'registration':
      return error === undefined ? registrationOf(entry, meaning.op) : refusedRegistration
  }
}

export function map(record: JsonObject): Mapped {
  const entry = readEntry(record)
  if ('reason' in entry) return entry
  const { operationType, type } = entry.fields
  // Admin events have no type.
  if (operationType !== undefined && type === undefined) return mapAdminEvent(entry)
  return type === undefined ? noType : mapUserEvent(entry, type)
}
