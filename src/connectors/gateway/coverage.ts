/** What the log of a token-exchange gateway can tell, for docs/sources.md. */
import type { SourceCoverage } from '../coverage.ts'

export const coverage = {
  switchOn: 'A JSON access or audit log of the token endpoint with the field names of RFC 6749 and RFC 8693',
  delivery: "File, Kafka or webhook, by whatever collects the gateway's log",
  delay: 'seconds, by the collector',
  permissions: "Read access to the gateway's log",
  tells: {
    M1: 'yes',
    M2: 'yes',
    M3: 'partly',
    M4: 'no',
    M5: 'no',
    M6: 'partly',
    M7: 'no',
    M8: 'partly',
    M9: 'no',
    M10: 'no',
  },
  notes:
    'M1 and M2 need status and duration_ms in the log. M3 and M6 by the token ledger, from issued_token_id and expires_in. M8: refusals of the exchange, not of later uses.',
} as const satisfies SourceCoverage
