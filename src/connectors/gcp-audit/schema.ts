/** Which fields of a Cloud Audit Logs entry are read; tokens, payloads to sign and secret values are never among them. */
import type { Shape } from '../connector.ts'

export const reads: Shape = {
  insertId: true,
  logName: true,
  timestamp: true,
  operation: { first: true, last: true },
  resource: { labels: { project_id: true, email_id: true, unique_id: true } },
  protoPayload: {
    serviceName: true,
    methodName: true,
    resourceName: true,
    authenticationInfo: {
      principalEmail: true,
      principalSubject: true,
      serviceAccountKeyName: true,
      serviceAccountDelegationInfo: { principalSubject: true },
    },
    status: { code: true, message: true, details: { violations: { type: true } } },
    policyViolationInfo: { orgPolicyViolationInfo: { violationInfo: { constraint: true } } },
    // The two spellings of the principal are workload and workforce pools'.
    metadata: {
      mapped_principal: true,
      mappedPrincipal: true,
      vpcServiceControlsUniqueId: true,
      dryRun: true,
    },
    request: { name: true, lifetime: true, scope: true, audience: true, account_id: true },
    response: { email: true },
    serviceData: { policyDelta: { bindingDeltas: { action: true, role: true, member: true } } },
  },
}
