/** OCSF events, versions 1.0 to 1.5: Account Change, Authentication, Authorize Session and API Activity. */
import { reject } from '../../events/rejection.ts'
import type { Connector, JsonObject, Mapped } from '../connector.ts'
import { number, object } from '../fields.ts'
import { mapAccountChange } from './account-change.ts'
import { mapApiActivity } from './api-activity.ts'
import { isCloudTrail, mapCloudTrail } from './cloudtrail.ts'
import { classes } from './codes.ts'
import { coverage } from './coverage.ts'
import { type Head, readHead } from './head.ts'
import { mapAuthentication, mapAuthorization } from './identity-access.ts'
import { isKubernetes, mapKubernetes } from './kubernetes.ts'
import { reads } from './schema.ts'

const otherClass = reject(
  'not_relevant',
  'a class other than Account Change, Authentication, Authorize Session and API Activity',
)

type MapClass = (record: JsonObject, head: Head) => Mapped

const byClass: ReadonlyMap<number, MapClass> = new Map<number, MapClass>([
  [classes.accountChange, mapAccountChange],
  [classes.authentication, mapAuthentication],
  [classes.authorizeSession, mapAuthorization],
  [classes.apiActivity, mapApiActivity],
])

function map(record: JsonObject): Mapped {
  const head = readHead(record)
  if ('reason' in head) return head
  const mapClass = byClass.get(head.classUid)
  if (mapClass === undefined) return otherClass
  // Whichever class these were filed under, the original's own connector knows more of them.
  if (isCloudTrail(record)) return mapCloudTrail(record, head)
  if (isKubernetes(record)) return mapKubernetes(record, head)
  return mapClass(record, head)
}

function detect(record: JsonObject): boolean {
  if (record['class_uid'] === undefined && record['type_uid'] === undefined) return false
  const uid = number(record['class_uid']) ?? number(record['type_uid'])
  return uid !== undefined && uid >= 1000 && object(record['metadata']) !== undefined
}

export const ocsf: Connector = {
  id: 'ocsf',
  provider: 'other',
  title: 'OCSF events: account changes, authentication, session authorisation, API activity',
  coverage,
  reads,
  detect,
  map,
}
