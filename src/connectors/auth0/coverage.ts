/** What Auth0's tenant logs can tell, for docs/sources.md. */
import type { SourceCoverage } from '../coverage.ts'

export const coverage = {
  switchOn: 'always on; Monitoring, Streams: a log stream to EventBridge, Event Grid or a webhook',
  delivery: 'log stream (at least once, up to 3 tries, unordered), or GET /api/v2/logs',
  delay: 'seconds',
  permissions: 'dashboard admin, or create:log_streams, to add a stream; read:logs to poll',
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
    'Tokens are used at services that Auth0 does not see. Of the Management API, reads are logged only where they return a secret. A rate limit is one log for many refused requests. Reasons are sentences, read by their words.',
} as const satisfies SourceCoverage
