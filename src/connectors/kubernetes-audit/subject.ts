/** Who a Kubernetes user name stands for. */
import type { Identity, IdentityType, Workload } from '../../events/event.ts'
import { text, texts } from '../fields.ts'
import type { Call } from './call.ts'

const serviceAccountPrefix = 'system:serviceaccount:'

/** What the API server calls a request without a credential; a failed authentication has no name at all. */
export const anonymous = 'system:anonymous'

export function serviceAccountId(namespace: string, name: string): string {
  return `${serviceAccountPrefix}${namespace}:${name}`
}

function isServiceAccount(user: string): boolean {
  return user.startsWith(serviceAccountPrefix)
}

/** Components of the control plane and nodes; `system:admin` is the name of people's first certificate. */
export function isPlatform(user: string): boolean {
  if (user.startsWith('system:'))
    return !isServiceAccount(user) && user !== anonymous && user !== 'system:admin'
  return user.startsWith('eks:') || user === 'aksService'
}

export function typeOf(user: string): IdentityType {
  // On GKE, Google service accounts call the API under their e-mail address.
  if (isServiceAccount(user) || user.endsWith('.gserviceaccount.com')) return 'service-account'
  return isPlatform(user) || user === anonymous || user === '' ? 'unknown' : 'user'
}

export function identityOf(user: string, cluster: string): Identity {
  if (!isServiceAccount(user)) return { id: user || anonymous, type: typeOf(user), tenant: cluster }
  const colon = user.indexOf(':', serviceAccountPrefix.length)
  return {
    id: user,
    name: user.slice(colon + 1),
    type: 'service-account',
    tenant: cluster,
    namespace: user.slice(serviceAccountPrefix.length, colon),
  }
}

/** Whose rights the call was judged by. */
export function effectiveUser(call: Call): string {
  return call.impersonated ?? call.user
}

/** The pod that a bound token was mounted into, or the node where the token is a node's. */
export function workloadOf(call: Call): Workload | undefined {
  if (call.extra === undefined || !isServiceAccount(call.user)) return undefined
  const pod = texts(call.extra['authentication.kubernetes.io/pod-name'])[0]
  const colon = call.user.indexOf(':', serviceAccountPrefix.length)
  if (pod !== undefined)
    return { kind: 'pod', name: `${call.user.slice(serviceAccountPrefix.length, colon)}/${pod}` }
  const node = texts(call.extra['authentication.kubernetes.io/node-name'])[0]
  return node === undefined ? undefined : { kind: 'vm', name: node }
}

/** `JTI=<uuid>` of a token, `X509SHA256=<hash>` of a client certificate. */
export function credentialOf(call: Call): string | undefined {
  return texts(call.extra?.['authentication.kubernetes.io/credential-id'])[0]
}

export function jtiOf(credential: string | undefined): string | undefined {
  return credential?.startsWith('JTI=') ? text(credential.slice(4)) : undefined
}
