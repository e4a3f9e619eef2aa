/** One call to Microsoft Graph: a use of the token that was presented. */
import type { CredentialType, Identity, TokenUse } from '../../events/event.ts'
import { faultOf } from '../../events/fault.ts'
import { reject } from '../../events/rejection.ts'
import { parseInstant } from '../../events/time.ts'
import { detailsOf, tenantOf, timeOf } from '../azure-directory.ts'
import type { JsonObject, Mapped } from '../connector.ts'
import { number, text } from '../fields.ts'
import { callOutcome } from '../http-outcome.ts'

const missingId = reject('missing_field', 'properties.requestId: expected the id of the Graph request')
const missingTime = reject('missing_field', 'time: expected the RFC 3339 time of the Graph request')
const invalidTime = reject('invalid_field', 'time is not an RFC 3339 time')
const missingStatus = reject('missing_field', 'properties.responseStatusCode: expected an HTTP status')
const missingCaller = reject('missing_field', 'properties: expected servicePrincipalId, userId or appId')

/** How the client authenticated; 0 is a public client. */
const clientAuthMethods: ReadonlyMap<string, CredentialType> = new Map<string, CredentialType>([
  ['1', 'secret'],
  ['2', 'certificate'],
])

export function map(record: JsonObject): Mapped {
  const details = detailsOf(record)
  const requestId = text(details['requestId']) ?? text(details['requestID'])
  if (requestId === undefined) return missingId
  const time = timeOf(record, text(details['timeGenerated']))
  if (time === undefined) return missingTime
  if (Number.isNaN(time)) return invalidTime
  const httpStatus = number(details['responseStatusCode'])
  if (httpStatus === undefined) return missingStatus
  const identity = callerOf(details, tenantOf(record))
  if (identity === undefined) return missingCaller
  const { outcome, decision, reason } = callOutcome(httpStatus)
  const use: TokenUse = {
    kind: 'token.use',
    id: `azure-graph-activity:${identity.tenant}:${requestId}`,
    time,
    provider: 'azure',
    source: 'azure-graph-activity',
    layer: 'federation',
    identity,
    app: '',
    outcome,
    reason,
    fault: reason === undefined ? undefined : faultOf[reason],
    code: reason === undefined ? undefined : String(httpStatus),
    correlation: {
      tokenId: text(details['signInActivityId']),
      operationId: text(details['operationId']),
      requestId: text(details['clientRequestId']) ?? requestId,
    },
    service: 'Microsoft.Graph',
    httpStatus,
    decision,
    tokenAgeSeconds: ageOf(details, time),
    credentialType: clientAuthMethods.get(String(details['clientAuthMethod'])),
  }
  return [use]
}

function callerOf(details: JsonObject, tenant: string): Identity | undefined {
  const userId = text(details['userId'])
  if (userId !== undefined && details['C_Idtyp'] !== 'app') return { id: userId, type: 'user', tenant }
  const id = text(details['servicePrincipalId']) ?? text(details['appId'])
  return id === undefined ? undefined : { id, type: 'service-principal', tenant }
}

/** Seconds; `undefined` where it is not known or, by clocks that disagree, negative. */
function ageOf(details: JsonObject, time: number): number | undefined {
  const written = text(details['tokenIssuedAt'])
  // The token's own `iat` says the same, in seconds since 1970.
  const issued =
    written === undefined ? (number(details['C_Iat']) ?? Number.NaN) * 1000 : parseInstant(written)
  const seconds = Math.floor((time - issued) / 1000)
  return seconds >= 0 ? seconds : undefined
}
