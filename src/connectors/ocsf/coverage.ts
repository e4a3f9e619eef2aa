/** What OCSF events can tell, for docs/sources.md. */
import type { SourceCoverage } from '../coverage.ts'

export const coverage = {
  switchOn: 'In whatever normalises to OCSF; in Amazon Security Lake, by source (CloudTrail, EKS audit logs)',
  delivery:
    'JSON lines by file, Kafka or webhook; Security Lake stores Parquet, which has to be turned into JSON first',
  delay: "the original log's, and minutes for the normalisation",
  permissions: "Read access to the normalised copy; in Security Lake, a subscriber's",
  tells: {
    M1: 'partly',
    M2: 'partly',
    M3: 'partly',
    M4: 'partly',
    M5: 'partly',
    M6: 'partly',
    M7: 'no',
    M8: 'partly',
    M9: 'partly',
    M10: 'partly',
  },
  notes:
    'As much as the original log and its mapping keep. CloudTrail and Kubernetes audit events are read as their own connectors read them. Feed a log either in its own form or in OCSF, never in both.',
} as const satisfies SourceCoverage
