/** What Okta's System Log can tell, for docs/sources.md. */
import type { SourceCoverage } from '../coverage.ts'

export const coverage = {
  switchOn: 'always on; Reports, System Log. Log Streaming to Amazon EventBridge, or poll /api/v1/logs',
  delivery: 'EventBridge partner event source (detail), or GET /api/v1/logs; at least once',
  delay: 'seconds to a few minutes',
  permissions:
    'super admin to add a log stream; read-only admin, or an API service app with okta.logs.read, to poll',
  tells: {
    M1: 'yes',
    M2: 'no',
    M3: 'partly',
    M4: 'partly',
    M5: 'partly',
    M6: 'partly',
    M7: 'no',
    M8: 'partly',
    M9: 'no',
    M10: 'no',
  },
  notes:
    'Tokens are used at services that Okta does not see; of its own API the log has changes only, no refused or reading calls. Rate limits and refused clients are written once for several requests. The org is not in the record.',
} as const satisfies SourceCoverage
