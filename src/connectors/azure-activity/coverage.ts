/** What the Azure activity log can tell, for docs/sources.md. */
import type { SourceCoverage } from '../coverage.ts'

export const coverage = {
  switchOn: 'Monitor, Activity log, Export: a diagnostic setting with Administrative for each subscription',
  delivery: 'Event Hubs, storage account, Log Analytics (AzureActivity) or REST; at least once',
  delay: 'minutes',
  permissions:
    'Monitoring Contributor on the subscription to switch on; Azure Event Hubs Data Receiver to collect; Reader for REST',
  tells: {
    M1: 'no',
    M2: 'no',
    M3: 'no',
    M4: 'partly',
    M5: 'yes',
    M6: 'yes',
    M7: 'no',
    M8: 'partly',
    M9: 'partly',
    M10: 'partly',
  },
  notes:
    'Reads are not logged and a 401 leaves no record: M4 and M8 are about writes. M6 from the claims iat and exp of the very token. M9: secret or certificate (appidacr). M10: exercised rights, a lower bound.',
} as const satisfies SourceCoverage
