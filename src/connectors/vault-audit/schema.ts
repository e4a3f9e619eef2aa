/** Which fields of an audit entry are read; tokens, secret values and the (hashed) data of requests never are. */
import type { Shape } from '../connector.ts'

const auth: Shape = {
  accessor: true,
  display_name: true,
  entity_id: true,
  token_issue_time: true,
  token_ttl: true,
  token_type: true,
  policy_results: { allowed: true },
  metadata: {
    // Kubernetes
    service_account_name: true,
    service_account_namespace: true,
    // AppRole
    role_name: true,
    // AWS
    canonical_arn: true,
    client_arn: true,
    // Google Cloud
    service_account_email: true,
    // Azure
    vm_name: true,
    // TLS certificates
    cert_name: true,
    common_name: true,
    // JWT, OIDC, Azure, Google Cloud
    role: true,
    // People: userpass, LDAP, Okta, GitHub, OIDC
    username: true,
    email: true,
  },
}

export const reads: Shape = {
  time: true,
  type: true,
  /** A text. */
  error: {},
  auth,
  request: {
    id: true,
    operation: true,
    path: true,
    mount_type: true,
    mount_point: true,
    namespace: { path: true },
    remote_address: true,
  },
  response: {
    auth,
    /** What is read of the data is whether it is there. */
    data: { error: true, data: {} },
    wrap_info: { wrapped_accessor: true },
  },
}
