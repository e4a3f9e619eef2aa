/** Which fields of a decision log event are read: of the input, the places where callers are conventionally named; bodies and headers with tokens never. */
import type { Shape } from '../connector.ts'

const claims: Shape = {
  sub: true,
  client_id: true,
  azp: true,
  appid: true,
  idtyp: true,
  gty: true,
  jti: true,
  iat: true,
  exp: true,
}

/** A decoded token: its claims, or its parts with the claims in `payload`. */
const token: Shape = { ...claims, payload: claims, claims }

/** A name, or an object that has one. */
const principal: Shape = { id: true, sub: true, name: true, username: true, type: true, kind: true }

export const reads: Shape = {
  decision_id: true,
  timestamp: true,
  path: true,
  query: true,
  result: true,
  error: { code: true },
  labels: { app: true, service: true },
  trace_id: true,
  // The console's lines.
  type: true,
  msg: true,
  req_path: true,
  input: {
    // Envoy and Istio
    attributes: {
      source: { principal: true },
      destination: { principal: true },
      request: { http: { headers: { 'x-request-id': true } } },
    },
    // Kubernetes: admission reviews, subject access reviews
    request: { userInfo: { username: true } },
    spec: { user: true },
    // Trino, Kafka
    context: { identity: { user: true } },
    requestContext: { principal: { name: true } },
    // APIs
    token,
    jwt: token,
    parsed_token: token,
    claims,
    spiffe_id: true,
    service_account: true,
    client_id: true,
    subject: principal,
    principal,
    identity: principal,
    user: principal,
  },
}
