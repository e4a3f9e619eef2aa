/** Telemetry of our own client library: spans, span events and log records by the names that it shares with us. */
import type {
  CredentialType,
  Identity,
  IdentityEvent,
  IdentityType,
  MetadataCall,
  Provider,
  TokenRequest,
  TokenUse,
} from '../../events/event.ts'
import { identityTypes, providers } from '../../events/event.ts'
import { faultOf } from '../../events/fault.ts'
import { callOutcome } from '../http-outcome.ts'
import type { Attributes } from './attributes.ts'
import { credentialTypeOf, staticCredentials } from './credentials.ts'
import { type Failure, failure, failureOf, isReason } from './failure.ts'
import type { Resource } from './resource.ts'
import { type SpanFacts, sourceId } from './span-event-base.ts'

/** Names of spans, span events and log records. */
const libraryNames = {
  fetch: 'identity.token.fetch',
  use: 'identity.token.use',
  metadata: 'identity.metadata.call',
} as const

export function isLibraryName(name: string): boolean {
  return name === libraryNames.fetch || name === libraryNames.use || name === libraryNames.metadata
}

function isIdentityType(text: string | undefined): text is IdentityType {
  const known: readonly string[] = identityTypes
  return text !== undefined && known.includes(text)
}

export function providerOf(text: string | undefined, resource: Resource): Provider {
  const known: readonly string[] = providers
  if (text === undefined) return resource.cloud ?? 'other'
  return known.includes(text) ? (text as Provider) : 'other'
}

/** The identity that the telemetry names, else the service itself. */
export function identityOf(attributes: Attributes, resource: Resource): Identity {
  const own = resource.identity
  const type = attributes.text('identity.type', 'identity_type', 'type')
  const id = attributes.text('identity.id', 'identity_id')
  const tenant = attributes.text('identity.tenant', 'identity_tenant', 'tenant')
  if (id === undefined && type === undefined && tenant === undefined) return own
  return {
    id: id ?? own.id,
    type: isIdentityType(type) ? type : 'unknown',
    tenant: tenant ?? own.tenant,
    namespace: own.namespace,
    service: own.service,
  }
}

/** Who says something, and what besides attributes is known of it. */
export interface Telling {
  readonly attributes: Attributes
  readonly resource: Resource
  readonly facts: SpanFacts
  /** Whether a status says that it failed, with the text of it. */
  readonly isFailed: boolean
  readonly message: string
}

type Base = Omit<TokenRequest, 'kind' | 'vantage' | 'audience' | 'latencyMs'>

/** What all events of a telling share; `failure` is undefined where it went well. */
export function baseOf(
  { attributes, resource, facts }: Telling,
  provider: Provider,
  identity: Identity,
  why: Failure | undefined,
): Base {
  return {
    id: facts.id,
    time: facts.time,
    provider,
    source: sourceId,
    layer: resource.layer,
    identity,
    workload: resource.workload,
    app: '',
    outcome: why === undefined ? 'success' : 'failure',
    reason: why?.reason,
    fault: why?.fault,
    code: why?.code,
    correlation: correlationOf(attributes),
    weight: facts.weight,
    sampling: facts.sampling,
  }
}

function correlationOf(attributes: Attributes): TokenRequest['correlation'] {
  const tokenId = attributes.text('identity.token.id_hash')
  return tokenId === undefined ? undefined : { tokenId }
}

function fetchFailure({ attributes, isFailed, message }: Telling): Failure | undefined {
  const outcome = attributes.text('identity.outcome')
  if (outcome === 'success' || (outcome === undefined && !isFailed)) return undefined
  const reason = attributes.text('identity.reason')
  const error = attributes.text('error.type')
  if (isReason(reason)) return failure(reason, error, faultOf[reason])
  const status = attributes.number('http.response.status_code')
  return failureOf({ callee: 'issuer', status, errors: [error], message })
}

function refreshOf(attributes: Attributes): Pick<TokenRequest, 'refresh' | 'whileValid'> {
  const said = attributes.text('identity.refresh')
  if (said === 'none') return { refresh: false, whileValid: undefined }
  if (said === undefined) return { refresh: undefined, whileValid: undefined }
  return { refresh: true, whileValid: attributes.flag('identity.while_valid') ?? said === 'before_expiry' }
}

/** Falling back is to a static credential; from one managed identity to another it is none. Unknown where nobody can tell. */
function fallbackOf(
  hasFallenBack: boolean | undefined,
  credential: CredentialType | undefined,
): boolean | undefined {
  if (hasFallenBack === undefined || credential === undefined) return undefined
  if (!staticCredentials.includes(credential)) return false
  return hasFallenBack ? true : undefined
}

/** A token that came from memory is no attempt to obtain one: undefined. */
function fetchEvent(telling: Telling): TokenRequest | undefined {
  const { attributes, resource, facts } = telling
  if (attributes.flag('identity.cache_hit') === true) return undefined
  const why = fetchFailure(telling)
  const retries = attributes.number('identity.retries')
  const expires = attributes.number('identity.token.expires_at')
  const credentialType = credentialTypeOf(
    attributes.text('identity.credential.member'),
    attributes.text('identity.credential.type'),
  )
  return {
    ...baseOf(
      telling,
      providerOf(attributes.text('identity.provider'), resource),
      identityOf(attributes, resource),
      why,
    ),
    kind: 'token.request',
    vantage: 'client',
    audience: attributes.text('identity.audience') ?? '',
    latencyMs: facts.latencyMs,
    ...refreshOf(attributes),
    attempt: retries === undefined ? undefined : retries + 1,
    ttlSeconds: attributes.number('identity.token.ttl_seconds'),
    expiresAt: expires === undefined ? undefined : Math.round(expires * 1000),
    credentialId: attributes.text('identity.credential.member'),
    credentialType,
    fallback: fallbackOf(attributes.flag('identity.fallback'), credentialType),
    isColdStart: attributes.flag('identity.cold_start', 'faas.coldstart') ?? resource.isColdStart,
  }
}

function useEvent(telling: Telling): TokenUse {
  const { attributes, resource, isFailed, message } = telling
  const httpStatus = attributes.number('http.response.status_code', 'http.status_code')
  const answer = httpStatus === undefined ? undefined : callOutcome(httpStatus)
  const why = useFailure(answer, isFailed, attributes, message)
  return {
    ...baseOf(
      telling,
      providerOf(attributes.text('identity.provider'), resource),
      identityOf(attributes, resource),
      why,
    ),
    kind: 'token.use',
    service: attributes.text('identity.target.service') ?? attributes.text('server.address') ?? '',
    httpStatus,
    decision: answer?.decision ?? 'allowed',
    tokenAgeSeconds: attributes.number('identity.token.age_seconds'),
    ttlSeconds: attributes.number('identity.token.ttl_seconds'),
  }
}

function useFailure(
  answer: ReturnType<typeof callOutcome> | undefined,
  isFailed: boolean,
  attributes: Attributes,
  message: string,
): Failure | undefined {
  const said = attributes.text('identity.reason')
  if (answer?.outcome === 'failure') {
    const reason = isReason(said) ? said : (answer.reason ?? 'unknown')
    return failure(reason, attributes.text('error.type'))
  }
  if (answer !== undefined || !isFailed) return undefined
  return failureOf({ callee: 'issuer', errors: [attributes.text('error.type')], message })
}

function metadataEvent(telling: Telling): MetadataCall {
  const { attributes, resource, facts, isFailed, message } = telling
  const httpStatus = attributes.number('http.response.status_code', 'http.status_code')
  const isBad = isFailed || attributes.text('identity.outcome') === 'failure' || (httpStatus ?? 200) >= 400
  const said = attributes.text('identity.reason')
  const error = attributes.text('error.type')
  const guess = (): Failure => failureOf({ callee: 'metadata', status: httpStatus, errors: [error], message })
  const why = isBad ? (isReason(said) ? failure(said, error) : guess()) : undefined
  return {
    ...baseOf(
      telling,
      providerOf(attributes.text('identity.provider'), resource),
      identityOf(attributes, resource),
      why,
    ),
    kind: 'metadata.call',
    endpoint: attributes.text('identity.metadata.endpoint', 'server.address') ?? '',
    httpStatus,
    latencyMs: facts.latencyMs,
  }
}

/** By one of `libraryNames`. */
export function libraryEvent(name: string, telling: Telling): IdentityEvent | undefined {
  if (name === libraryNames.fetch) return fetchEvent(telling)
  return name === libraryNames.use ? useEvent(telling) : metadataEvent(telling)
}
