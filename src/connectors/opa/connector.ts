/** Open Policy Agent: decision logs, uploaded or on the console. */
import type { Connector, JsonObject } from '../connector.ts'
import { object, text } from '../fields.ts'
import { coverage } from './coverage.ts'
import { map } from './mapping.ts'
import { reads } from './schema.ts'

const requestLines: ReadonlySet<unknown> = new Set(['Received request.', 'Sent response.'])

function detect(record: JsonObject): boolean {
  if (text(record['type'])?.startsWith('openpolicyagent.org/')) return true
  if (text(record['decision_id']) !== undefined) return object(record['labels']) !== undefined
  return text(record['req_path']) !== undefined && requestLines.has(record['msg'])
}

export const opa: Connector = {
  id: 'opa',
  provider: 'opa',
  title: 'Open Policy Agent decision logs: what policies allowed and denied',
  coverage,
  reads,
  detect,
  map,
}
