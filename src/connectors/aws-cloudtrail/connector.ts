/** AWS CloudTrail: issuance by STS and its kin, uses, IAM changes and reads of secrets. */
import type { Connector, JsonObject } from '../connector.ts'
import { coverage } from './coverage.ts'
import { map } from './mapping.ts'
import { reads } from './schema.ts'

/** Records that others trimmed lack one or the other; `aws:s3` notifications have neither. */
function detect(record: JsonObject): boolean {
  const type = record['eventType']
  if (typeof type === 'string' && type.startsWith('Aws')) return true
  const source = record['eventSource']
  if (typeof source === 'string' && source.endsWith('.amazonaws.com'))
    return record['eventName'] !== undefined
  return record['digestS3Bucket'] !== undefined && record['digestStartTime'] !== undefined
}

export const awsCloudtrail: Connector = {
  id: 'aws-cloudtrail',
  provider: 'aws',
  title: 'AWS CloudTrail: credential issuance, API calls, IAM changes, secret reads',
  coverage,
  reads,
  detect,
  map,
}
