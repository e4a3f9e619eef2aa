/** Token-exchange gateways and federation brokers: one issuer's token turned into another's (RFC 8693, RFC 7523). */
import type { Connector, JsonObject } from '../connector.ts'
import { exchangeGrants } from './codes.ts'
import { coverage } from './coverage.ts'
import { map } from './mapping.ts'
import { reads } from './schema.ts'

function detect(record: JsonObject): boolean {
  const grant = record['grant_type']
  return typeof grant === 'string' && exchangeGrants.has(grant)
}

export const gateway: Connector = {
  id: 'gateway',
  provider: 'other',
  title: 'Token-exchange gateways and federation brokers (RFC 8693)',
  coverage,
  reads,
  detect,
  map,
}
