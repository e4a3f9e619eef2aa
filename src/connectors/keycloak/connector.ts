/** Keycloak: events in its JSON log, and events and admin events as listeners and the REST API give them. */
import type { Connector, JsonObject } from '../connector.ts'
import { text } from '../fields.ts'
import { coverage } from './coverage.ts'
import { isLogLine } from './entry.ts'
import { map } from './mapping.ts'
import { reads } from './schema.ts'

/** Realm and numeric time tell an event from other things with a type. */
function isEvent(record: JsonObject): boolean {
  if (typeof record['time'] !== 'number') return false
  if (text(record['operationType']) !== undefined) return text(record['resourceType']) !== undefined
  return text(record['realmId']) !== undefined && text(record['type']) !== undefined
}

export const keycloak: Connector = {
  id: 'keycloak',
  provider: 'keycloak',
  title: 'Keycloak events and admin events (JSON log, event listeners, REST API)',
  coverage,
  reads,
  detect: (record) => isLogLine(record) || isEvent(record),
  map,
}
