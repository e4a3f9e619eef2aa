/** What AWS CloudTrail can tell, for docs/sources.md. */
import type { SourceCoverage } from '../coverage.ts'

export const coverage = {
  switchOn:
    'a trail over all Regions (an organisation trail for all accounts) with management events, read and write; data events for S3, DynamoDB and Lambda as far as they matter',
  delivery:
    'S3 files, a CloudWatch Logs subscription, Firehose, or EventBridge. EventBridge drops read-only events, AssumeRole among them, unless the rule says ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS. Unordered, with repeats',
  delay: 'about 5 min, without a guarantee',
  permissions:
    'cloudtrail:CreateTrail and StartLogging to switch on; s3:GetObject and ListBucket on the trail bucket (kms:Decrypt where it is encrypted) to collect',
  tells: {
    M1: 'yes',
    M2: 'no',
    M3: 'partly',
    M4: 'partly',
    M5: 'yes',
    M6: 'yes',
    M7: 'no',
    M8: 'yes',
    M9: 'partly',
    M10: 'partly',
  },
  notes:
    'Expired and forged signatures are refused before CloudTrail: most 401s are missing from M4. Data events are off by default, and M4, M8 and M10 see the control plane only without them. M9: access keys, reads of credentials; the role of a node instead of the role of a pod, where eksNodeRoles names it.',
} as const satisfies SourceCoverage
