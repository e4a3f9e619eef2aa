/** Logs of SPIRE servers and agents, as logfmt or JSON. */
import type { Connector, JsonObject } from '../connector.ts'
import { coverage } from './coverage.ts'
import { map } from './mapping.ts'
import { reads } from './schema.ts'

/** Every line of SPIRE names its subsystem; audit lines name method and request. */
function detect(record: JsonObject): boolean {
  if (record['msg'] === undefined || record['level'] === undefined) return false
  if (record['subsystem_name'] !== undefined) return true
  return record['type'] === 'audit' && record['method'] !== undefined && record['request_id'] !== undefined
}

export const spire: Connector = {
  id: 'spire',
  provider: 'spiffe',
  title: 'SPIRE server and agent logs (logfmt or JSON): SVIDs, rotations, API calls, entries',
  coverage,
  reads,
  detect,
  map,
}
