/** PostgreSQL's server log: jsonlog, Azure Database for PostgreSQL, Cloud SQL. */
import type { Connector } from '../connector.ts'
import { coverage } from './coverage.ts'
import { isAzure, isCloudSql, isJsonLog } from './line.ts'
import { map } from './mapping.ts'
import { reads } from './schema.ts'

export const postgresql: Connector = {
  id: 'postgresql',
  provider: 'postgresql',
  title: 'PostgreSQL server log (jsonlog, Azure Database for PostgreSQL, Cloud SQL): connections and denials',
  coverage,
  reads,
  detect: (record) => isJsonLog(record) || isAzure(record) || isCloudSql(record),
  map,
}
