/** What is read of Microsoft Graph activity records, in their diagnostic-settings and Log Analytics forms. */
import type { Shape } from '../connector.ts'

/** The path of a Graph request can name people, so it is not read. */
const call: Shape = {
  timeGenerated: true,
  clientRequestId: true,
  operationId: true,
  responseStatusCode: true,
  signInActivityId: true,
  tokenIssuedAt: true,
  clientAuthMethod: true,
  C_Idtyp: true,
  C_Iat: true,
  userId: true,
  servicePrincipalId: true,
  appId: true,
}

export const reads: Shape = {
  time: true,
  category: true,
  /** Log Analytics: the name of the table. */
  type: true,
  tenantId: true,
  aadTenantId: true,
  resourceId: true,
  ...call,
  /** Log Analytics; spelled as CloudTrail's, for letter case does not tell them apart. */
  requestID: true,
  properties: { ...call, requestId: true },
}
