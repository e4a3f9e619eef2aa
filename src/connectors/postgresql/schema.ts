/** Which fields of a server log line are read; statements, parameters and addresses never are. */
import type { Shape } from '../connector.ts'

export const reads: Shape = {
  // jsonlog. `message` and `detail` are texts under names of wrappers, which are read in every record.
  timestamp: true,
  /** A text: elsewhere it is an object. */
  user: {},
  dbname: true,
  session_id: true,
  line_num: true,
  ps: true,
  error_severity: true,
  state_code: true,
  backend_type: true,
  // Azure Database for PostgreSQL, diagnostic settings.
  time: true,
  category: true,
  resourceId: true,
  properties: {
    timestamp: true,
    processId: true,
    errorLevel: true,
    sqlerrcode: true,
    message: true,
    detail: true,
  },
  // Cloud SQL, log entries.
  logName: true,
  insertId: true,
  textPayload: true,
  resource: { labels: { database_id: true } },
}
