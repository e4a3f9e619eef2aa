/** kind Service: a group of SLOs. */
import { description, readFields } from '../yaml/check.ts'
import type { Metadata, SpecReader } from './metadata.ts'

export interface Service {
  readonly metadata: Metadata
  readonly description: string
}

export const readService: SpecReader<Service> = (metadata, spec, path, reporter) => {
  const fields = readFields(spec, path, ['description'], reporter)
  return fields && { metadata, description: fields.optional('description', description) ?? '' }
}
