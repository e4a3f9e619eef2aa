/** What is read of Key Vault and managed HSM audit events: diagnostic settings, and the AZKVAuditLogs table. */
import { claimsShape } from '../azure-claims.ts'
import type { Shape } from '../connector.ts'

export const reads: Shape = {
  time: true,
  category: true,
  resourceId: true,
  tenantId: true,
  operationName: true,
  resultSignature: true,
  /** Looked at for its cause; it names people and secrets, so nothing of it is passed on. */
  resultDescription: true,
  correlationId: true,
  callerIpAddress: true,
  durationMs: true,
  identity: { claim: claimsShape },
  properties: { id: true, httpStatusCode: true, requestUri: true, isAddressAuthorized: true },

  type: true,
  timeGenerated: true,
  _resourceId: true,
  id: true,
  httpStatusCode: true,
  isAddressAuthorized: true,
}
