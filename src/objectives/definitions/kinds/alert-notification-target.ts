/** kind AlertNotificationTarget: who is told. */
import { description, readFields, text } from '../yaml/check.ts'
import type { Metadata, SpecReader } from './metadata.ts'

export interface AlertNotificationTarget {
  readonly metadata: Metadata
  readonly description: string
  /** Free text in OpenSLO: email, slack, pagerduty. */
  readonly target: string
}

export const readAlertNotificationTarget: SpecReader<AlertNotificationTarget> = (
  metadata,
  spec,
  path,
  reporter,
) => {
  const fields = readFields(spec, path, ['description', 'target'], reporter)
  const target = fields?.required('target', text)
  if (!fields || target === undefined) return undefined
  return { metadata, description: fields.optional('description', description) ?? '', target }
}
