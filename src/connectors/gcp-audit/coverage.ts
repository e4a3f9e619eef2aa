/** What Google Cloud Audit Logs can tell, for docs/sources.md. */
import type { SourceCoverage } from '../coverage.ts'

export const coverage = {
  switchOn:
    'Admin Activity is always on. Data Access is off by default: Admin Read of the Security Token Service and IAM APIs for issuance, Data Read of Secret Manager, Data Read and Write of the services that matter',
  delivery:
    'Log Router sink for logName:"cloudaudit.googleapis.com" to Pub/Sub (push or pull) or to files in Cloud Storage; at least once, unordered',
  delay: 'seconds by Pub/Sub; about an hour by files',
  permissions:
    'roles/logging.configWriter for the sink, resourcemanager setIamPolicy for Data Access; roles/pubsub.subscriber to collect',
  tells: {
    M1: 'partly',
    M2: 'no',
    M3: 'partly',
    M4: 'partly',
    M5: 'yes',
    M6: 'no',
    M7: 'no',
    M8: 'yes',
    M9: 'partly',
    M10: 'partly',
  },
  notes:
    'M1: off by default, and failed exchanges that Google blames on the client are partly not logged: a lack of failures is not success. No field joins an issuance to its uses. M9: keys of service accounts. A denied read hides its caller.',
} as const satisfies SourceCoverage
