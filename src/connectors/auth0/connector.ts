/** Auth0 tenant logs, as log streams and the Management API give them. */
import type { Connector } from '../connector.ts'
import { coverage } from './coverage.ts'
import { logOf } from './entry.ts'
import { map } from './mapping.ts'
import { reads } from './schema.ts'

export const auth0: Connector = {
  id: 'auth0',
  provider: 'auth0',
  title: 'Auth0 tenant logs (log streams, Management API)',
  coverage,
  reads,
  detect: (record) => logOf(record) !== undefined,
  map,
}
