/** GitHub's audit log of organisations and enterprises, as streamed, exported, and returned by the API. */
import type { Connector, JsonObject } from '../connector.ts'
import { text } from '../fields.ts'
import { coverage } from './coverage.ts'
import { map } from './mapping.ts'
import { reads } from './schema.ts'

/** Actions are `category.operation`; those of webhooks have no category. */
function detect(record: JsonObject): boolean {
  if (text(record['action'])?.includes('.') !== true) return false
  return text(record['_document_id']) !== undefined || text(record['actor']) !== undefined
}

export const githubAudit: Connector = {
  id: 'github-audit',
  provider: 'github',
  title: 'GitHub audit log (organisation, enterprise; streaming, export, API)',
  coverage,
  reads,
  detect,
  map,
}
