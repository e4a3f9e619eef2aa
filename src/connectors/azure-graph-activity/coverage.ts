/** What the Microsoft Graph activity log can tell, for docs/sources.md. */
import type { SourceCoverage } from '../coverage.ts'

export const coverage = {
  switchOn: 'Entra admin center, Diagnostic settings, category MicrosoftGraphActivityLogs',
  delivery: 'Event Hub (Kafka endpoint), storage account or Log Analytics export; at least once, in batches',
  delay: '2 to 15 min',
  permissions:
    'Security Administrator and a P1 or P2 licence to switch on; Azure Event Hubs Data Receiver to read',
  tells: {
    M1: 'no',
    M2: 'no',
    M3: 'no',
    M4: 'yes',
    M5: 'no',
    M6: 'yes',
    M7: 'no',
    M8: 'yes',
    M9: 'partly',
    M10: 'partly',
  },
  notes:
    'Calls to Microsoft Graph only. The unit of durationMs is unknown, so there is no latency. M9: secret or certificate of the client; managed identities show as neither. M10: that Graph was used, not which objects.',
} as const satisfies SourceCoverage
