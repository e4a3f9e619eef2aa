/** What the Kubernetes API server's audit log can tell, for docs/sources.md. */
import type { SourceCoverage } from '../coverage.ts'

export const coverage = {
  switchOn:
    '--audit-policy-file with level Metadata for everything and no stage omitted, Request for serviceaccounts/token, RequestResponse for rbac.authorization.k8s.io; EKS: control plane log type audit; AKS: diagnostic category kube-audit; GKE: Data Access logs of the Kubernetes Engine API',
  delivery:
    'File on the control plane node, or the webhook backend straight to ours; EKS through CloudWatch Logs, AKS through Event Hubs, GKE through Pub/Sub. Webhook batches are sent again whole, and dropped when the buffer overflows',
  delay: 'seconds; up to 30 s for a webhook batch; minutes on AKS',
  permissions:
    'start options of the API server; on managed clusters the right to change cluster logging, and to read the log group, Event Hub or subscription',
  tells: {
    M1: 'yes',
    M2: 'yes',
    M3: 'partly',
    M4: 'yes',
    M5: 'yes',
    M6: 'partly',
    M7: 'no',
    M8: 'yes',
    M9: 'partly',
    M10: 'partly',
  },
  notes:
    "GKE logs no TokenRequest: no M1 and M2 there. M2 is the server side. M6 needs the issuance of the same JTI in the log. A 401 names nobody. M5 with the subjects of a binding at level RequestResponse only. At that level the log holds live tokens. A deleted binding names no subject, a deleted collection is one change, a TokenReview never says how it ended. For up to 10 s the server lets a revoked token in. Over plain HTTP the webhook sends no bearer token, and what is answered 401 is dropped; the ends of the server's own watches are dropped when it stops.",
} as const satisfies SourceCoverage
