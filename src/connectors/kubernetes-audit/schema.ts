/** Which fields of a Kubernetes audit record are read; tokens in request and response bodies are never among them. */
import type { Shape } from '../connector.ts'

const annotations: Shape = {
  'authorization.k8s.io/decision': true,
  'authentication.kubernetes.io/issued-credential-id': true,
  'authentication.k8s.io/stale-token': true,
  'authentication.k8s.io/legacy-token': true,
}

/** The parts of RoleBinding, TokenRequest and Secret bodies that say who, what and for how long. */
const body: Shape = {
  type: true,
  roleRef: { kind: true, name: true },
  subjects: { kind: true, name: true, namespace: true },
  spec: { expirationSeconds: true, audiences: true, boundObjectRef: { kind: true, name: true } },
  status: { expirationTimestamp: true },
}

/** audit.k8s.io Event. */
const event: Shape = {
  kind: true,
  apiVersion: true,
  auditID: true,
  stage: true,
  verb: true,
  requestURI: true,
  user: {
    username: true,
    extra: {
      'authentication.kubernetes.io/credential-id': true,
      'authentication.kubernetes.io/pod-name': true,
      'authentication.kubernetes.io/node-name': true,
    },
  },
  impersonatedUser: { username: true },
  objectRef: { resource: true, subresource: true, apiGroup: true, namespace: true, name: true },
  responseStatus: { code: true },
  requestReceivedTimestamp: true,
  stageTimestamp: true,
  sourceIPs: true,
  timestamp: true,
  annotations,
  requestObject: body,
  responseObject: body,
}

export const reads: Shape = {
  ...event,
  // AKS diagnostic record: the event is in `log`, as an object or as a JSON string.
  category: true,
  resourceId: true,
  properties: { log: event },
  // GKE log entry.
  insertId: true,
  logName: true,
  labels: annotations,
  resource: { labels: { cluster_name: true } },
  operation: { first: true, last: true },
  protoPayload: {
    serviceName: true,
    methodName: true,
    resourceName: true,
    authenticationInfo: { principalEmail: true },
    status: { code: true },
    request: body,
    response: body,
  },
}
