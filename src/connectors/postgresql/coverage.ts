/** What PostgreSQL's server log can tell, for docs/sources.md. */
import type { SourceCoverage } from '../coverage.ts'

export const coverage = {
  switchOn:
    "log_destination = 'jsonlog', logging_collector = on, log_connections = on, log_timezone = 'UTC', lc_messages = 'C' (PostgreSQL 15 and later); Azure: diagnostic category PostgreSQLLogs; Cloud SQL: on",
  delivery: 'Files in log_directory, tailed; Azure Event Hub; Cloud SQL through a Log Router sink to Pub/Sub',
  delay: 'Seconds for files; 2 to 5 min on Azure; seconds to a minute on Google Cloud',
  permissions:
    'pg_read_server_files or file access to the logs; Azure Event Hubs Data Receiver; Pub/Sub Subscriber on the sink',
  tells: {
    M1: 'no',
    M2: 'no',
    M3: 'no',
    M4: 'partly',
    M5: 'no',
    M6: 'no',
    M7: 'no',
    M8: 'partly',
    M9: 'no',
    M10: 'no',
  },
  notes:
    'One-sided without log_connections: failures only, so M4 has to be withheld. A client that leaves when it is asked for a password leaves no failure; a role that may not log in, not into this database, or has no connection left has two lines (authorised, then refused), and both count. M8: rights that are missing (42501), whatever flow they belong to. Amazon RDS writes no JSON.',
} as const satisfies SourceCoverage
