/** kind DataSource: where an SLI reads from. Connection details are not kept: they may hold secrets. */
import { anyNode, description, readFields, text } from '../yaml/check.ts'
import type { Metadata, SpecReader } from './metadata.ts'

export interface DataSource {
  readonly metadata: Metadata
  readonly description: string
  readonly type: string
}

export const readDataSource: SpecReader<DataSource> = (metadata, spec, path, reporter) => {
  const fields = readFields(spec, path, ['description', 'type', 'connectionDetails'], reporter)
  if (!fields) return undefined
  const type = fields.required('type', text)
  fields.required('connectionDetails', anyNode)
  if (type === undefined) return undefined
  return { metadata, description: fields.optional('description', description) ?? '', type }
}
