/** Which fields of a tenant log are read: addresses, agents, sessions and names of people never are. */
import type { Shape } from '../connector.ts'

/** Of a client, a client grant, a connection or a role assignment, as sent or as answered; secrets are not among them. */
const body: Shape = {
  id: true,
  client_id: true,
  name: true,
  audience: true,
  scope: true,
  roles: true,
  permissions: { permission_name: true, resource_server_identifier: true },
}

const log: Shape = {
  log_id: true,
  date: true,
  type: true,
  description: true,
  client_id: true,
  client_name: true,
  audience: true,
  tenant_name: true,
  user_id: true,
  mtls_thumbprint_sha256: true,
  details: {
    access_token_jti: true,
    error: { oauthError: true, type: true },
    accessedSecrets: true,
    request: {
      method: true,
      path: true,
      auth: { credentials: { jti: true }, user: { user_id: true } },
      body,
    },
    response: { statusCode: true, body },
  },
  references: { correlation_id: true },
}

/** Log streams wrap a log as `{log_id, data}`, Azure Event Grid once more in a `data` of its own. */
export const reads: Shape = { ...log, data: { ...log, data: log } }
