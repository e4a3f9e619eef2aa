/** One CloudTrail record into identity events: what kind of record it is, and whose call. */
import type { Identity, IdentityEvent } from '../../events/event.ts'
import { type Rejection, reject } from '../../events/rejection.ts'
import type { JsonObject, Mapped } from '../connector.ts'
import { object, text } from '../fields.ts'
import { type Call, isCall, readCall } from './call.ts'
import { callerOf, isIdentity, isServiceLinked } from './callers.ts'
import type { ChangeRow } from './change-table.ts'
import { changeOf, mapChange } from './changes.ts'
import { mapConsoleLogin } from './console-login.ts'
import { issuerOf, mapIssuance } from './issuance.ts'
import { secretReads, tokenUse } from './uses.ts'

function isEmpty(value: JsonObject): boolean {
  for (const _ in value) return false
  return true
}

/** Records that are no calls of their own: statistics, second copies, nobody's doing. */
function noCall(record: JsonObject): Rejection | undefined {
  if (record['digestStartTime'] !== undefined)
    return reject('not_relevant', 'a digest file: it lists log files and holds no events')
  if (text(record['eventType']) === 'AwsCloudTrailInsight')
    return reject('not_relevant', 'an Insights event: it counts calls that have records of their own')
  // What the endpoint's policy refuses never reaches the service, and has no other record.
  if (text(record['eventType']) === 'AwsVpceEvent' && text(record['errorCode']) !== 'VpceAccessDenied')
    return reject('not_relevant', "a call passing a VPC endpoint: the service's own record of it counts")
  const user = object(record['userIdentity'])
  if (user === undefined || isEmpty(user))
    return reject('not_relevant', 'the record has no userIdentity: nobody called')
  return undefined
}

/** Why a call of somebody is not one to count. */
function uncounted(call: Call, caller: Identity): Rejection | undefined {
  if (caller.type === 'service-principal' || isServiceLinked(caller))
    return reject('not_relevant', 'an AWS service calls for itself: no workload of yours does')
  const type = text(call.user['type'])
  if (type === 'AWSAccount' && text(call.record['sharedEventID']) !== undefined)
    return reject('not_relevant', "another account's caller: the copy in its own trail names it and counts")
  return undefined
}

/** The change and, where a workload made it, the use of its token. */
function withUse(call: Call, row: ChangeRow, caller: Identity): Mapped {
  const change = mapChange(call, row, caller)
  if (!('kind' in change)) return change
  const isWorkload = caller.type === 'role' && !isServiceLinked(caller)
  return isWorkload ? [change, tokenUse(call, caller, 1)] : [change]
}

function mapUse(call: Call, caller: Identity): Mapped {
  const reads: readonly IdentityEvent[] = secretReads(call, caller)
  const use = tokenUse(call, caller, reads.length)
  return reads.length === 0 ? [use] : [...reads, use]
}

function mapCall(call: Call): Mapped {
  const eventType = text(call.record['eventType'])
  if (eventType === 'AwsConsoleSignIn') {
    if (call.name === 'ConsoleLogin') return mapConsoleLogin(call)
    return reject('not_relevant', 'a step of an interactive sign-in')
  }
  if (eventType === 'AwsServiceEvent')
    return reject('not_relevant', 'something an AWS service did, not a call with an identity')
  const caller = callerOf(call)
  if (!isIdentity(caller)) return caller
  const row = changeOf(call)
  if (row !== undefined) return withUse(call, row, caller)
  return uncounted(call, caller) ?? mapUse(call, caller)
}

export function map(record: JsonObject): Mapped {
  const none = noCall(record)
  if (none !== undefined) return none
  const call = readCall(record)
  if (!isCall(call)) return call
  const issuer = issuerOf(call)
  return issuer === undefined ? mapCall(call) : mapIssuance(call, issuer)
}
