/** Where Envoy, nginx and Traefik put the principal and the status, in logs set up as the README says. */
import type { FieldMapping } from '../generic/field-mapping.ts'

/** What all access logs have in common: calls with a token, seen from the edge. */
export const accessLogDefaults = {
  provider: 'other',
  kind: 'token.use',
  layer: 'edge',
  identityType: 'user',
} as const

/** `response_flags` and `response_code` stand in Envoy's and Istio's default JSON; the principal is added. */
const envoy: FieldMapping = {
  ...accessLogDefaults,
  name: 'access-log',
  title: 'Envoy',
  detect: [{ field: 'response_code' }, { field: 'response_flags' }],
  fields: {
    time: 'start_time',
    requestId: 'request_id',
    identity: 'downstream_peer_uri_san',
    service: 'authority',
    status: 'response_code',
  },
}

const nginx: FieldMapping = {
  ...accessLogDefaults,
  name: 'access-log',
  title: 'nginx',
  detect: [{ field: 'remote_user' }, { field: 'status' }, { field: 'request_method' }],
  fields: {
    time: 'msec',
    requestId: 'request_id',
    identity: 'remote_user',
    service: 'server_name',
    status: 'status',
    authStatus: 'auth_status',
  },
}

const traefik: FieldMapping = {
  ...accessLogDefaults,
  name: 'access-log',
  title: 'Traefik',
  detect: [{ field: 'DownstreamStatus' }, { field: 'RequestMethod' }],
  fields: {
    time: 'StartUTC',
    identity: 'ClientUsername',
    // A refusal by a middleware has a router, but no service yet.
    service: 'RouterName',
    status: 'DownstreamStatus',
    resource: 'ServiceName',
  },
}

export const accessLogMappings: readonly FieldMapping[] = [envoy, nginx, traefik]
