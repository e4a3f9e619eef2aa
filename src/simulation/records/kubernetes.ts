/** Kubernetes audit events in the key order that kube-apiserver writes. */
import { toMicros } from '../instant-text.ts'
import { guidOf, scramble } from '../random.ts'

export interface Node {
  readonly name: string
  readonly ip: string
}

/** A call to the API server; `code` is what it answers. */
export interface ApiCall {
  readonly verb: string
  readonly resource: string
  /** Empty for the core group. */
  readonly group: string
  /** Absent for what is not in a namespace. */
  readonly namespace?: string
  readonly name?: string
  readonly code: number
}

export interface ServiceAccount {
  readonly namespace: string
  readonly name: string
  readonly uid: string
  readonly pods: readonly string[]
  /** Of its cluster. */
  readonly nodes: readonly [Node, ...Node[]]
}

/** Which request a record is about, and when it was served. */
export interface Served {
  readonly auditId: string
  readonly received: number
  readonly latencyMs: number
}

export type Fields = Readonly<Record<string, unknown>>

interface Event {
  readonly level?: string
  readonly stage?: 'ResponseStarted' | 'ResponseComplete'
  readonly uri: string
  readonly verb: string
  readonly user: Fields
  readonly ip: string
  readonly userAgent: string
  readonly object: Fields
  readonly status: Fields
  readonly bodies?: Fields
  readonly served: Served
  readonly annotations?: Fields
}

export const allowed = { 'authorization.k8s.io/decision': 'allow', 'authorization.k8s.io/reason': '' }

export function event(parts: Event): string {
  const { auditId, received, latencyMs } = parts.served
  return JSON.stringify({
    kind: 'Event',
    apiVersion: 'audit.k8s.io/v1',
    level: parts.level ?? 'Metadata',
    auditID: auditId,
    stage: parts.stage ?? 'ResponseComplete',
    requestURI: parts.uri,
    verb: parts.verb,
    user: parts.user,
    sourceIPs: [parts.ip],
    userAgent: parts.userAgent,
    objectRef: parts.object,
    responseStatus: parts.status,
    ...parts.bodies,
    requestReceivedTimestamp: toMicros(received, 104),
    stageTimestamp: toMicros(received + latencyMs, 561),
    ...(parts.annotations && { annotations: parts.annotations }),
  })
}

export function ok(code: number): Fields {
  return { metadata: {}, code }
}

const refusals: Readonly<Record<number, { reason: string; message: (account: ServiceAccount) => string }>> = {
  404: { reason: 'NotFound', message: (account) => `serviceaccounts "${account.name}" not found` },
  429: { reason: 'TooManyRequests', message: () => 'Too many requests, please try again later.' },
  422: { reason: 'Invalid', message: (account) => `TokenRequest "${account.name}" is invalid` },
  503: {
    reason: 'ServiceUnavailable',
    message: () => 'the server is currently unable to handle the request',
  },
  504: { reason: 'Timeout', message: () => 'Timeout: request did not complete within the allotted timeout' },
}

/** What a kubelet asks for: the body is logged from level Request on. */
export interface Bound {
  readonly pod: string
  readonly audience: string
  readonly ttlSeconds: number
}

function tokenRequest({ pod, audience, ttlSeconds }: Bound): Fields {
  const boundObjectRef = { kind: 'Pod', apiVersion: 'v1', name: pod, uid: guidOf(`pod ${pod}`) }
  return {
    kind: 'TokenRequest',
    apiVersion: 'authentication.k8s.io/v1',
    metadata: {},
    spec: { audiences: [audience], expirationSeconds: ttlSeconds, boundObjectRef },
  }
}

/** A kubelet asks for a pod's token; `jti` is the id of the token that it gets. */
export function tokenRequestRecord(
  account: ServiceAccount,
  served: Served,
  code: number,
  jti?: string,
  bound?: Bound,
): string {
  const { nodes } = account
  const node = nodes[scramble(served.received) % nodes.length] ?? nodes[0]
  const refusal = refusals[code]
  return event({
    uri: `/api/v1/namespaces/${account.namespace}/serviceaccounts/${account.name}/token`,
    verb: 'create',
    user: {
      username: `system:node:${node.name}`,
      groups: ['system:nodes', 'system:authenticated'],
      extra: {
        'authentication.kubernetes.io/credential-id': [
          `X509SHA256=${guidOf(node.name).replaceAll('-', '')}${guidOf(node.ip).replaceAll('-', '')}`,
        ],
      },
    },
    ip: node.ip,
    userAgent: 'kubelet/v1.33.4 (linux/amd64) kubernetes/74cdb4c',
    object: {
      resource: 'serviceaccounts',
      namespace: account.namespace,
      name: account.name,
      apiVersion: 'v1',
      subresource: 'token',
    },
    ...(bound && { level: 'Request', bodies: { requestObject: tokenRequest(bound) } }),
    status: refusal
      ? { metadata: {}, status: 'Failure', message: refusal.message(account), reason: refusal.reason, code }
      : ok(code),
    served,
    annotations: jti
      ? { 'authentication.kubernetes.io/issued-credential-id': `JTI=${jti}`, ...allowed }
      : allowed,
  })
}

export function userName(account: ServiceAccount): string {
  return `system:serviceaccount:${account.namespace}:${account.name}`
}

export function userOf(account: ServiceAccount, jti: string): Fields {
  const { nodes } = account
  const pod = account.pods[scramble(jti.charCodeAt(7)) % account.pods.length] ?? ''
  const node = nodes[scramble(pod.charCodeAt(pod.length - 1)) % nodes.length] ?? nodes[0]
  return {
    username: userName(account),
    uid: account.uid,
    groups: ['system:serviceaccounts', `system:serviceaccounts:${account.namespace}`, 'system:authenticated'],
    extra: {
      'authentication.kubernetes.io/credential-id': [`JTI=${jti}`],
      'authentication.kubernetes.io/node-name': [node.name],
      'authentication.kubernetes.io/pod-name': [pod],
    },
  }
}

function uriOf(call: ApiCall): string {
  const root = call.group === '' ? '/api/v1' : `/apis/${call.group}/v1`
  const place = call.namespace === undefined ? '' : `/namespaces/${call.namespace}`
  const isCollection = call.name === undefined || call.verb === 'create'
  const query = call.verb === 'watch' ? '?watch=true' : call.verb === 'list' ? '?limit=500' : ''
  return `${root}${place}/${call.resource}${isCollection ? '' : `/${call.name}`}${query}`
}

/** How long a watch stays open. */
export const watchMs = 420_000

/** A service account's call with the token `jti`. A watch has a record when it begins and one when it ends. */
export function callRecords(
  account: ServiceAccount,
  call: ApiCall,
  served: Served,
  jti: string,
): readonly [string, ...string[]] {
  const message = `${call.resource} is forbidden: User "${userName(account)}" cannot ${call.verb} resource "${call.resource}" in API group "${call.group}" at the cluster scope`
  const denied = call.code === 403
  const parts: Event = {
    uri: uriOf(call),
    verb: call.verb,
    user: userOf(account, jti),
    ip: '192.0.2.40',
    userAgent: `${account.name}/v2 (linux/amd64) kubernetes/client-go`,
    object: {
      resource: call.resource,
      ...(call.namespace && { namespace: call.namespace }),
      ...(call.name && { name: call.name }),
      ...(call.group && { apiGroup: call.group }),
      apiVersion: 'v1',
    },
    status: denied
      ? {
          metadata: {},
          status: 'Failure',
          message,
          reason: 'Forbidden',
          details: { kind: call.resource },
          code: 403,
        }
      : ok(call.code),
    served,
    annotations: denied
      ? { 'authorization.k8s.io/decision': 'forbid', 'authorization.k8s.io/reason': '' }
      : allowed,
  }
  if (call.verb !== 'watch') return [event(parts)]
  const ended = { ...parts, served: { ...served, latencyMs: watchMs } }
  return [event({ ...parts, stage: 'ResponseStarted' }), event(ended)]
}

/** A token that is not accepted: one event, which names nobody. */
export function unauthorizedRecord(served: Served): string {
  return event({
    stage: 'ResponseStarted',
    uri: '/api/v1/namespaces/sandbox/configmaps?limit=500',
    verb: 'list',
    user: {},
    ip: '192.0.2.77',
    userAgent: 'tutorial/v0 (linux/amd64) kubernetes/client-go',
    object: { resource: 'configmaps', namespace: 'sandbox', apiVersion: 'v1' },
    status: { metadata: {}, status: 'Failure', message: 'Unauthorized', reason: 'Unauthorized', code: 401 },
    served,
  })
}

/** The API server about its own business. */
export function serverRecord(served: Served): string {
  return event({
    uri: '/apis/coordination.k8s.io/v1/namespaces/kube-system/leases/apiserver-5qk2c',
    verb: 'update',
    user: { username: 'system:apiserver', uid: guidOf('apiserver'), groups: ['system:masters'] },
    ip: '::1',
    userAgent: 'kube-apiserver/v1.33.4 (linux/amd64) kubernetes/74cdb4c',
    object: {
      resource: 'leases',
      namespace: 'kube-system',
      name: 'apiserver-5qk2c',
      apiGroup: 'coordination.k8s.io',
      apiVersion: 'v1',
    },
    status: ok(200),
    served,
    annotations: allowed,
  })
}
