/** What the EKS Pod Identity Agent's log can tell, for docs/sources.md. */
import type { SourceCoverage } from '../coverage.ts'

export const coverage = {
  switchOn: 'On by default (level info); verbosity trace adds the calls that are answered from memory',
  delivery: 'Log collector on the node (Fluent Bit, CloudWatch agent, Vector) to files, Kafka or a webhook',
  delay: 'seconds, by the collector',
  permissions: 'Read access to the logs of kube-system, or to the log group they are collected in',
  tells: {
    M1: 'partly',
    M2: 'yes',
    M3: 'yes',
    M4: 'no',
    M5: 'no',
    M6: 'no',
    M7: 'partly',
    M8: 'no',
    M9: 'no',
    M10: 'no',
  },
  notes:
    'M1: the vantage is metadata, so token-issuance counts CloudTrail instead. M7: below level trace, calls answered from memory leave no line, so failures weigh too much.',
} as const satisfies SourceCoverage
