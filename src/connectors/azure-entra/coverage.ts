/** What Microsoft Entra's sign-in and audit logs can tell, for docs/sources.md. */
import type { SourceCoverage } from '../coverage.ts'

export const coverage = {
  switchOn:
    'Entra admin center, Diagnostic settings: ManagedIdentitySignInLogs, ServicePrincipalSignInLogs, MicrosoftServicePrincipalSignInLogs, AuditLogs; SignInLogs and NonInteractiveUserSignInLogs for people. Sign-ins of machines need a P1 licence',
  delivery:
    'Event Hubs (its Kafka endpoint), storage account or Log Analytics; at least once, categories mixed',
  delay: '2 to 15 min; hours during incidents',
  permissions: 'Security Administrator to switch on; Azure Event Hubs Data Receiver to collect',
  tells: {
    M1: 'yes',
    M2: 'no',
    M3: 'partly',
    M4: 'partly',
    M5: 'yes',
    M6: 'partly',
    M7: 'no',
    M8: 'partly',
    M9: 'partly',
    M10: 'partly',
  },
  notes:
    "M1 is Entra's side: tokens from a cache and calls to the metadata endpoint leave no record. M3: repeated failures of one identity and resource. M4 and M8: refusals to issue, not of the resource. M6: joined to uses in the Graph activity and Azure activity logs; no lifetimes. M9: which credential was used, and secrets that were added.",
} as const satisfies SourceCoverage
