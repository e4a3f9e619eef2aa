/** What GitHub's audit log can tell, for docs/sources.md. */
import type { SourceCoverage } from '../coverage.ts'

export const coverage = {
  switchOn:
    'enterprise settings, Audit log, Log streaming; with "API requests" and Git events switched on for uses. Or GET /orgs/{org}/audit-log?include=all',
  delivery:
    'streaming to S3, Azure Blob or Event Hubs, Google Cloud Storage, Splunk or Datadog (at least once), export, or the API',
  delay: 'seconds to a few minutes streamed',
  permissions: 'Enterprise Cloud; enterprise owner to stream; read:audit_log to poll',
  tells: {
    M1: 'no',
    M2: 'no',
    M3: 'no',
    M4: 'partly',
    M5: 'partly',
    M6: 'no',
    M7: 'no',
    M8: 'partly',
    M9: 'partly',
    M10: 'partly',
  },
  notes:
    'GitHub logs no token that it issues, neither to a workflow (OIDC, GITHUB_TOKEN) nor to an app: the cloud that trusts GitHub logs the exchange. API requests are streamed only where that is switched on; Git events show no refused access.',
} as const satisfies SourceCoverage
