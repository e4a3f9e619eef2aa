/** Microsoft Graph activity: what applications and people did at Microsoft Graph with their Entra tokens. */
import type { Connector, JsonObject } from '../connector.ts'
import { coverage } from './coverage.ts'
import { map } from './mapping.ts'
import { reads } from './schema.ts'

/** A category of diagnostic settings, and the table of that name in Log Analytics. */
const log = 'MicrosoftGraphActivityLogs'

function detect(record: JsonObject): boolean {
  return record['category'] === log || record['type'] === log
}

export const azureGraphActivity: Connector = {
  id: 'azure-graph-activity',
  provider: 'azure',
  title: 'Microsoft Graph activity logs: tokens presented to Microsoft Graph',
  coverage,
  reads,
  detect,
  map,
}
