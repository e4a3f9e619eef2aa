/** What Key Vault's audit events can tell, for docs/sources.md. */
import type { SourceCoverage } from '../coverage.ts'

export const coverage = {
  switchOn: 'each vault, Diagnostic settings: category group audit (by Azure Policy for all vaults)',
  delivery: 'Event Hubs, storage account or Log Analytics (AZKVAuditLogs); at least once',
  delay: 'minutes',
  permissions: 'Monitoring Contributor on the vault to switch on; Azure Event Hubs Data Receiver to collect',
  tells: {
    M1: 'no',
    M2: 'no',
    M3: 'no',
    M4: 'yes',
    M5: 'no',
    M6: 'no',
    M7: 'no',
    M8: 'yes',
    M9: 'partly',
    M10: 'partly',
  },
  notes:
    "M9: by the name of the secret and the caller's credential. M10: which vaults were reached, a lower bound. Changes of access policies do not say whose access changed.",
} as const satisfies SourceCoverage
