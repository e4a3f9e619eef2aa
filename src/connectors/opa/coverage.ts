/** What OPA's decision log can tell, for docs/sources.md. */
import type { SourceCoverage } from '../coverage.ts'

export const coverage = {
  switchOn:
    "decision_logs.service (upload) or decision_logs.console=true; leave the callers out of mask_decision, or the decisions are nobody's",
  delivery: 'POST of gzipped JSON arrays to the webhook, retried; or JSON lines on the standard error of OPA',
  delay:
    '5 to 10 min for uploads (reporting.min_delay_seconds and max_delay_seconds), seconds for the console',
  permissions: 'none but the configuration of OPA; its token for the webhook',
  tells: {
    M1: 'no',
    M2: 'no',
    M3: 'no',
    M4: 'partly',
    M5: 'no',
    M6: 'partly',
    M7: 'no',
    M8: 'yes',
    M9: 'no',
    M10: 'no',
  },
  notes:
    'Denials of policies, by rules with conventional names. M4: refused credentials only where a policy answers 401. M6: where the policy had decoded the token into its input.',
} as const satisfies SourceCoverage
