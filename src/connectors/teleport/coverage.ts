/** What Teleport's audit events can tell, for docs/sources.md. */
import type { SourceCoverage } from '../coverage.ts'

export const coverage = {
  switchOn:
    'On by default (auth_service, storage.audit_events_uri); exported by the event handler plugin, or from the file backend',
  delivery:
    'Event handler plugin to Fluentd, and on as JSON lines or to the webhook; at least once, in order',
  delay: 'Seconds; agents that lost their cluster send what they had kept when they are back',
  permissions: 'A role with list and read on event, for the plugin',
  tells: {
    M1: 'yes',
    M2: 'no',
    M3: 'partly',
    M4: 'partly',
    M5: 'partly',
    M6: 'no',
    M7: 'no',
    M8: 'yes',
    M9: 'partly',
    M10: 'partly',
  },
  notes:
    'M1: joins and SVIDs; renewals without a join leave no event when they fail. M3: only a renewal with a copied certificate. M4: sessions and requests, by their own status where there is one. M9: joins with a static token.',
} as const satisfies SourceCoverage
