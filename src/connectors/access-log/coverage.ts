/** What access logs can tell, for docs/sources.md. */
import type { SourceCoverage } from '../coverage.ts'

export const coverage = {
  switchOn:
    'Envoy: json_format access log with %DOWNSTREAM_PEER_URI_SAN%; nginx: log_format escape=json with $msec, $remote_user, $status, $auth_status; Traefik: accessLog.format json. Others: connectors.accessLog in the configuration',
  delivery: "Standard output or a file, by whatever collects the proxy's log",
  delay: 'seconds, by the collector',
  permissions: "Read access to the proxy's log",
  tells: {
    M1: 'no',
    M2: 'no',
    M3: 'no',
    M4: 'yes',
    M5: 'no',
    M6: 'no',
    M7: 'no',
    M8: 'yes',
    M9: 'no',
    M10: 'partly',
  },
  notes:
    'M4 and M8 for calls that name a principal, and for refusals that name nobody. nginx: an authorizer that fails, and limit_req (429) before it is asked, name nobody. M10: which services were called, a lower bound. Tokens have no id, no age and no lifetime here.',
} as const satisfies SourceCoverage
