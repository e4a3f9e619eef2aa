/** Azure activity log: what was done to a subscription's resources, by whom and with which token. */
import { reject } from '../../events/rejection.ts'
import type { Connector, JsonObject, Mapped } from '../connector.ts'
import { text } from '../fields.ts'
import { changeOf } from './changes.ts'
import { coverage } from './coverage.ts'
import { administrativeCategories, enumerated, readOperation } from './operation.ts'
import { reads } from './schema.ts'
import { tokenUse } from './uses.ts'

const otherCategories: ReadonlySet<string> = new Set([
  'Alert',
  'Autoscale',
  'Policy',
  'Recommendation',
  'ResourceHealth',
  'Security',
  'ServiceHealth',
])

/** Resource logs share the form but have categories of their own; the directory's logs have a tenant's resource id. */
function detect(record: JsonObject): boolean {
  if (record['activityStatusValue'] !== undefined) return text(record['operationNameValue']) !== undefined
  const category = enumerated(record['category'])
  if (category === undefined) return false
  if (!administrativeCategories.has(category) && !otherCategories.has(category)) return false
  if (record['eventDataId'] !== undefined) return true
  const operation = enumerated(record['operationName'])
  const resourceId = text(record['resourceId'])
  if (operation?.includes('/') !== true) return false
  return resourceId !== undefined && !resourceId.toLowerCase().endsWith('/providers/microsoft.aadiam')
}

const missingCaller = reject(
  'missing_field',
  'identity.claims: expected who called (objectidentifier or appid), or caller',
)
const noCaller = reject('not_relevant', 'an operation of the platform itself: its identity names nobody')

function map(record: JsonObject): Mapped {
  const operation = readOperation(record)
  if ('reason' in operation) return operation
  const change = changeOf(operation)
  const { caller } = operation
  if (change === undefined) {
    if (caller !== undefined) return [tokenUse(operation, caller, operation.id)]
    const isSilent = operation.claims === undefined && text(record['caller']) === undefined
    return isSilent ? missingCaller : noCaller
  }
  if (caller === undefined || caller.type === 'user') return [change]
  return [change, tokenUse(operation, caller, `${operation.id}#1`)]
}

export const azureActivity: Connector = {
  id: 'azure-activity',
  provider: 'azure',
  title: 'Azure activity log (Administrative)',
  coverage,
  reads,
  detect,
  map,
}
