/** An audit log event to identity events: its action decides. */
import { reject } from '../../events/rejection.ts'
import type { JsonObject, Mapped } from '../connector.ts'
import { text } from '../fields.ts'
import { changes } from './change-table.ts'
import { mapChange } from './changes.ts'
import { type Entry, readEntry } from './entry.ts'
import { mapPreparedJob } from './secrets.ts'
import { isUse, mapUse } from './uses.ts'

const noAction = reject('missing_field', 'action is missing: expected e.g. api.request')
const otherAction = reject(
  'not_relevant',
  'an action that is not about tokens, keys, secrets of workflows, apps or rights',
)

function mapperOf(action: string): ((entry: Entry) => Mapped) | undefined {
  if (isUse(action)) return (entry) => mapUse(entry, action)
  if (action === 'workflows.prepared_workflow_job') return mapPreparedJob
  const change = changes.get(action)
  return change && ((entry) => mapChange(entry, change))
}

export function map(record: JsonObject): Mapped {
  const action = text(record['action'])
  if (action === undefined) return noAction
  const mapper = mapperOf(action)
  if (mapper === undefined) return otherAction
  const entry = readEntry(record)
  return 'reason' in entry ? entry : mapper(entry)
}
