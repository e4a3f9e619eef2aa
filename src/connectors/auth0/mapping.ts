/** A tenant log to identity events: its type decides. */
import { reject } from '../../events/rejection.ts'
import type { JsonObject, Mapped } from '../connector.ts'
import { text } from '../fields.ts'
import { mapApiCall, mapRateLimit } from './api-calls.ts'
import { logTypes } from './codes.ts'
import { logOf, readEntry } from './entry.ts'
import { exchangeOf, signInOf } from './exchanges.ts'

const noLog = reject('missing_field', 'data is missing: expected the tenant log')
const noType = reject('missing_field', 'type is missing: expected e.g. seccft')
const otherType = reject(
  'not_relevant',
  'a log that is not about tokens, clients or calls to the Management API',
)

export function map(record: JsonObject): Mapped {
  const log = logOf(record)
  if (log === undefined) return noLog
  const type = text(log['type'])
  if (type === undefined) return noType
  const meaning = logTypes.get(type)
  if (meaning === undefined) return otherType
  const entry = readEntry(record, log, type)
  if ('reason' in entry) return entry
  switch (meaning.kind) {
    case 'exchange': {
      const request = exchangeOf(entry, meaning)
      return 'kind' in request ? [request] : request
    }
    case 'sign-in': {
      const request = signInOf(entry, meaning.failed)
      return 'kind' in request ? [request] : request
    }
    case 'api-call':
      return mapApiCall(entry)
    case 'rate-limit':
      return mapRateLimit(entry)
  }
}
