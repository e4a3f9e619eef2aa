/** What SPIRE's logs can tell, for docs/sources.md. */
import type { SourceCoverage } from '../coverage.ts'

export const coverage = {
  switchOn:
    'server: audit_log_enabled = true; agent: log_level = "DEBUG" for rotations that succeed and SVIDs that are handed out. log_format text or json',
  delivery:
    'Standard output or log_file of each server and agent, by any collector that keeps lines as they are',
  delay: 'seconds, by the collector',
  permissions: "Configuration of SPIRE to switch on; read access to the processes' logs",
  tells: {
    M1: 'partly',
    M2: 'no',
    M3: 'yes',
    M4: 'no',
    M5: 'no',
    M6: 'yes',
    M7: 'partly',
    M8: 'partly',
    M9: 'no',
    M10: 'no',
  },
  notes:
    'M1 needs the audit log: without it only signings that succeeded have a line. In an outage no line names an identity, while agents hand out SVIDs that have expired: those are the failures. A cached JWT-SVID is handed out without a signing. M7: what the Workload API handed out or refused. M8: refusals of the API of SPIRE, not of the services that SVIDs are shown to.',
} as const satisfies SourceCoverage
