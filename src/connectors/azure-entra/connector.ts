/** Microsoft Entra ID: sign-in logs, audit logs and Microsoft Graph activity. */
import { reject } from '../../events/rejection.ts'
import type { Connector, JsonObject, Mapped } from '../connector.ts'
import { mapChange } from './changes.ts'
import { categoryOf, isEntra } from './forms.ts'
import { mapGraphCall } from './graph-calls.ts'
import { reads } from './schema.ts'
import { mapSignIn } from './sign-ins.ts'

const otherLog = reject(
  'not_relevant',
  'a directory log other than sign-ins, AuditLogs and MicrosoftGraphActivityLogs: it holds no token or right',
)

function map(record: JsonObject): Mapped {
  const category = categoryOf(record)
  if (category === undefined) return otherLog
  if (category === 'AuditLogs') return mapChange(record)
  if (category === 'MicrosoftGraphActivityLogs') return mapGraphCall(record)
  return mapSignIn(record, category)
}

export const azureEntra: Connector = {
  id: 'azure-entra',
  provider: 'azure',
  title: 'Microsoft Entra ID sign-in, audit and Graph activity logs',
  reads,
  detect: isEntra,
  map,
}
