/** What is read of activity log records: diagnostic settings, the REST form, and Log Analytics columns. */
import { claimsShape } from '../azure-claims.ts'
import type { Shape } from '../connector.ts'

const claims: Shape = { ...claimsShape, iat: true, exp: true, uti: true }

const authorization: Shape = { evidence: { principalId: true, principalType: true } }

/** A role assignment, or a user-assigned identity, as sent (`requestbody`) or as answered (`responseBody`). */
const body: Shape = {
  properties: { principalId: true, principalType: true, roleDefinitionId: true, scope: true },
}

const properties: Shape = {
  statusCode: true,
  statusMessage: { error: { code: true } },
  requestbody: body,
  responseBody: body,
}

export const reads: Shape = {
  time: true,
  category: true,
  operationName: true,
  resultType: true,
  resultSignature: true,
  resourceId: true,
  tenantId: true,
  correlationId: true,
  operationId: true,
  identity: { claims, authorization },
  properties,

  eventDataId: true,
  eventTimestamp: true,
  status: { value: true },
  subStatus: true,
  caller: true,
  claims,
  authorization,
  httpRequest: { clientRequestId: true },

  timeGenerated: true,
  categoryValue: true,
  operationNameValue: true,
  activityStatusValue: true,
  activitySubstatusValue: true,
  _resourceId: true,
  claims_d: claims,
  authorization_d: authorization,
  properties_d: properties,
}
