/** Microsoft Entra ID: sign-in logs and audit logs. */
import { reject } from '../../events/rejection.ts'
import type { Connector, JsonObject, Mapped } from '../connector.ts'
import { mapChange } from './changes.ts'
import { coverage } from './coverage.ts'
import { categoryOf, isEntra } from './forms.ts'
import { reads } from './schema.ts'
import { mapSignIn } from './sign-ins.ts'

const otherLog = reject(
  'not_relevant',
  'a directory log other than sign-ins and AuditLogs: it holds no token or right',
)

function map(record: JsonObject): Mapped {
  const category = categoryOf(record)
  if (category === undefined) return otherLog
  if (category === 'AuditLogs') return mapChange(record)
  return mapSignIn(record, category)
}

export const azureEntra: Connector = {
  id: 'azure-entra',
  provider: 'azure',
  title: 'Microsoft Entra ID sign-in and audit logs',
  coverage,
  reads,
  detect: isEntra,
  map,
}
