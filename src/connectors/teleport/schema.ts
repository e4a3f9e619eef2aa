/** Which fields of an audit event are read; commands, queries, addresses, OS logins and traits of people never are. */
import type { Shape } from '../connector.ts'

/** Of a join: what the platform that vouches for the machine says of it. */
const attributes: Shape = {
  sub: true,
  username: true,
  arn: true,
  raw: { sub: true },
}

export const reads: Shape = {
  event: true,
  code: true,
  uid: true,
  time: true,
  cluster_name: true,
  success: true,
  /** A text, looked at for its cause; it names people, so nothing of it is passed on. */
  error: {},
  /** A text: elsewhere it is an object. */
  user: {},
  user_kind: true,
  user_name: true,
  bot_name: true,
  bot_instance_id: true,
  // Joins and certificates.
  method: true,
  join_method: true,
  token_name: true,
  role: {},
  host_id: true,
  node_name: true,
  attributes,
  spiffe_id: true,
  svid_type: true,
  serial_number: true,
  jti: true,
  audiences: true,
  // Sessions and requests.
  proto: true,
  server_id: true,
  server_hostname: true,
  kubernetes_cluster: true,
  resource_kind: true,
  resource_namespace: true,
  response_code: true,
  db_protocol: true,
  db_service: true,
  db_name: true,
  app_name: true,
  status_code: true,
  desktop_name: true,
  // Changes.
  name: true,
  target: { user: true, role: true },
}
