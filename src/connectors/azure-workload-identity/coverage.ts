/** What the logs of Azure workload identity can tell, for docs/sources.md. */
import type { SourceCoverage } from '../coverage.ts'

export const coverage = {
  switchOn:
    'On by default where pods have the proxy sidecar (annotation azure.workload.identity/inject-proxy-sidecar)',
  delivery:
    'Container log: Container insights (ContainerLogV2), Fluent Bit, Vector; to files, Kafka or a webhook',
  delay: 'seconds by a collector on the node, minutes by Log Analytics',
  permissions: "Read access to the pods' logs, or Log Analytics Reader on the workspace",
  tells: {
    M1: 'partly',
    M2: 'no',
    M3: 'no',
    M4: 'no',
    M5: 'no',
    M6: 'no',
    M7: 'partly',
    M8: 'no',
    M9: 'no',
    M10: 'no',
  },
  notes:
    'Only pods that go through the proxy; with a current SDK they ask Entra directly, which shows in the sign-in logs only. The vantage is metadata, so token-issuance counts the sign-in logs instead. Refused requests without client_id or resource leave no line.',
} as const satisfies SourceCoverage
