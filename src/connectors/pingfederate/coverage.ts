/** What PingFederate's security audit log can tell, for docs/sources.md. */
import type { SourceCoverage } from '../coverage.ts'

export const coverage = {
  switchOn:
    'audit.log is on; in log4j2.xml give its appender a JSON layout, or the key="value" pattern with granttype, clientauthntype, atjti and description added, in UTC',
  delivery: 'audit.log through a shipper that writes JSON lines',
  delay: 'seconds, whatever the shipper adds',
  permissions: 'file access on each engine node; no permission in PingFederate',
  tells: {
    M1: 'yes',
    M2: 'yes',
    M3: 'partly',
    M4: 'partly',
    M5: 'no',
    M6: 'partly',
    M7: 'no',
    M8: 'partly',
    M9: 'partly',
    M10: 'no',
  },
  notes:
    'Only as good as the pattern: without granttype, grants of clients and of people are told apart by their subject only; without description every failure is unknown. Times without a zone are taken for UTC. Server-side latency.',
} as const satisfies SourceCoverage
