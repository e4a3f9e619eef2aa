/** Okta System Log events, as the API, log streams (EventBridge `detail`) and collectors give them. */
import type { Connector, JsonObject } from '../connector.ts'
import { object, text } from '../fields.ts'
import { coverage } from './coverage.ts'
import { map } from './mapping.ts'
import { reads } from './schema.ts'

/** Event types are names with dots; CloudTrail has an `eventType` without any. */
function detect(record: JsonObject): boolean {
  if (text(record['eventType'])?.includes('.') !== true) return false
  return object(record['actor']) !== undefined || text(record['published']) !== undefined
}

export const okta: Connector = {
  id: 'okta',
  provider: 'okta',
  title: 'Okta System Log (API, log streaming)',
  coverage,
  reads,
  detect,
  map,
}
