/** Teleport's audit events, from its file log, the event handler plugin or the API. */
import type { Connector, JsonObject } from '../connector.ts'
import { text } from '../fields.ts'
import { coverage } from './coverage.ts'
import { map } from './mapping.ts'
import { reads } from './schema.ts'

const endings = 'IWES'

/** Codes are letters and digits that end in a letter for the severity: `TJ001I`. */
function isCode(code: string | undefined): boolean {
  return code !== undefined && code.length >= 6 && endings.includes(code.slice(-1).toUpperCase())
}

function detect(record: JsonObject): boolean {
  if (text(record['event']) === undefined || !isCode(text(record['code']))) return false
  return text(record['uid']) !== undefined || text(record['cluster_name']) !== undefined
}

export const teleport: Connector = {
  id: 'teleport',
  provider: 'teleport',
  title: 'Teleport audit events: joins of bots and agents, SVIDs, sessions, requests, changes, locks',
  coverage,
  reads,
  detect,
  map,
}
