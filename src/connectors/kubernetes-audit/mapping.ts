/** A call to the Kubernetes API to identity events: issuance, changes, secret reads, and the use of the token itself. */
import type { CredentialType, IdentityEvent, SecretRead, TokenUse } from '../../events/event.ts'
import { reject } from '../../events/rejection.ts'
import { addressIn } from '../address.ts'
import type { Mapped } from '../connector.ts'
import { namesCredential } from '../credential-names.ts'
import { text } from '../fields.ts'
import type { Call } from './call.ts'
import { changesOf } from './changes.ts'
import { isIssuance, mapIssuance } from './issuance.ts'
import { httpStatusOf, useFailure } from './outcome.ts'
import {
  anonymous,
  credentialOf,
  effectiveUser,
  identityOf,
  isPlatform,
  jtiOf,
  typeOf,
  workloadOf,
} from './subject.ts'

/** Requests that stay open for minutes or hours: the token was presented when they began. */
const streams: ReadonlySet<string> = new Set(['exec', 'attach', 'portforward', 'proxy', 'log'])

/** A pod's token is meant to live 3607 s; where its life is extended, older uses are annotated. */
const intendedSeconds = 3607

/** The annotations on a TokenReview are about the token that is reviewed, not about the caller's. */
function isAboutCaller(subject: string, call: Call): boolean {
  return call.user !== '' && subject === call.user
}

function staleSeconds(call: Call): number | undefined {
  const written = text(call.annotations?.['authentication.k8s.io/stale-token'])
  if (written === undefined) return undefined
  const comma = written.indexOf(',')
  if (comma < 0 || !isAboutCaller(written.slice('subject: '.length, comma), call)) return undefined
  const beyond = Number(written.slice(written.lastIndexOf(' ') + 1))
  return beyond >= 0 ? beyond : undefined
}

function credentialType(credential: string | undefined, call: Call): CredentialType | undefined {
  const legacy = text(call.annotations?.['authentication.k8s.io/legacy-token'])
  if (legacy !== undefined && isAboutCaller(legacy, call)) return 'secret'
  if (credential?.startsWith('X509SHA256=')) return 'certificate'
  return credential?.startsWith('JTI=') ? 'managed' : undefined
}

/** `namespaces/shop/pods/web-0/exec`; secrets, and objects named after a person (by e-mail address), stay unnamed. */
function resourceOf(call: Call): string | undefined {
  if (call.resource === '') return undefined
  const kind = call.namespace === undefined ? call.resource : `namespaces/${call.namespace}/${call.resource}`
  const isNamed = call.name !== undefined && call.resource !== 'secrets' && !call.name.includes('@')
  const name = isNamed ? `/${call.name}` : ''
  return call.subresource === undefined ? kind + name : `${kind}${name}/${call.subresource}`
}

function useOf(call: Call, id: string): TokenUse {
  const failure = useFailure(call)
  const credential = credentialOf(call)
  const jti = call.impersonated === undefined ? jtiOf(credential) : undefined
  const stale = staleSeconds(call)
  const isStream = call.verb === 'watch' || (call.subresource !== undefined && streams.has(call.subresource))
  const refused = call.status === 401 ? 'unauthenticated' : 'forbidden'
  return {
    kind: 'token.use',
    id,
    time: isStream ? call.received : call.ended,
    provider: 'kubernetes',
    source: 'kubernetes-audit',
    layer: 'container',
    identity: identityOf(effectiveUser(call), call.cluster),
    workload: workloadOf(call),
    app: '',
    outcome: failure === undefined ? 'success' : 'failure',
    reason: failure?.reason,
    fault: failure?.fault,
    code: failure?.code,
    correlation: jti === undefined ? undefined : { tokenId: jti },
    service: call.resource || 'kube-apiserver',
    resource: resourceOf(call),
    httpStatus: httpStatusOf(call.status),
    address: isOwn(call) ? addressIn(call.address) : undefined,
    decision: call.status === 401 || call.status === 403 ? refused : 'allowed',
    tokenAgeSeconds: stale === undefined ? undefined : intendedSeconds + stale,
    ttlSeconds: stale === undefined ? undefined : intendedSeconds,
    credentialType: credentialType(credential, call),
  }
}

/** A service account's own call: who impersonates one may be a person. */
function isOwn({ user, impersonated }: Call): boolean {
  return impersonated === undefined && typeOf(user) === 'service-account'
}

function secretRead(call: Call, user: string): SecretRead | undefined {
  const isRead = call.resource === 'secrets' && call.verb === 'get' && call.subresource === undefined
  if (!isRead || call.name === undefined || typeOf(user) !== 'service-account') return undefined
  return {
    kind: 'secret.read',
    id: call.id,
    time: call.ended,
    provider: 'kubernetes',
    source: 'kubernetes-audit',
    layer: 'container',
    identity: identityOf(user, call.cluster),
    workload: workloadOf(call),
    app: '',
    outcome: 'success',
    vault: `namespaces/${call.namespace ?? ''}`,
    secret: call.name,
    // A token in a secret, although the reader has a token of its own; the type is only in the response.
    likelyFallback:
      call.answered?.['type'] === 'kubernetes.io/service-account-token' || namesCredential(call.name),
  }
}

/** What a call that was let in did besides presenting a token. */
function effectsOf(call: Call, user: string): readonly IdentityEvent[] {
  const succeeded = call.status !== undefined && call.status >= 200 && call.status < 300
  if (!succeeded) return []
  const read = secretRead(call, user)
  return read === undefined ? changesOf(call) : [read]
}

export function mapCall(call: Call): Mapped {
  if (isIssuance(call)) {
    const issued = mapIssuance(call)
    return 'kind' in issued ? [issued] : issued
  }
  const user = effectiveUser(call)
  const effects = effectsOf(call, user)
  if (effects.length > 0) {
    const isMachine = typeOf(user) === 'service-account'
    return isMachine ? [...effects, useOf(call, `${call.id}#${effects.length}`)] : effects
  }
  if (isPlatform(user))
    return reject('not_relevant', 'a call by a component of the cluster itself, not by a workload')
  const isRefused = call.status === 401 || call.status === 403
  if (!isRefused && (user === '' || user === anonymous))
    return reject('not_relevant', 'a request without a credential that needed none (health check, discovery)')
  return [useOf(call, call.id)]
}
