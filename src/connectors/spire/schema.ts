/** What is read of SPIRE's log lines, as logfmt or JSON. */
import type { Shape } from '../connector.ts'

export const reads: Shape = {
  time: true,
  level: true,
  msg: true,
  error: {},
  subsystem_name: true,
  type: true,
  method: {},
  service: {},
  request_id: true,
  status: {},
  status_code: {},
  caller_id: true,
  spiffe_id: true,
  agent_id: true,
  registration_id: true,
  entry_id: true,
  audience: {},
  expires_at: {},
  expiration: {},
  ttl: {},
  pid: true,
}
