/** Spans that the cloud SDKs emit by themselves: credentials of Azure, and calls of the AWS token service. */
import type { CredentialType, Identity, IdentityType, TokenRequest } from '../../events/event.ts'
import { credentialTypeOf, peopleCredentials } from './credentials.ts'
import { type Failure, failureOf } from './failure.ts'
import { baseOf, type Telling } from './library.ts'
import type { Span } from './span.ts'

/** `ManagedIdentityCredential.getToken`, as JavaScript, Python, .NET and Java spell it. */
const azureCredential = /^(\w+Credential)\.(?:getToken|GetToken|get_token|get_token_info|getTokenSync)$/

/** They ask others in turn: whoever of these answered has a span of its own. */
const chains = ['DefaultAzureCredential', 'ChainedTokenCredential', 'EnvironmentCredential']

/** A member of a chain that does not apply here: the chain goes on to the next one. */
const unavailable = ['CredentialUnavailableError', 'CredentialUnavailable', 'CredentialUnavailableException']

interface CredentialKind {
  readonly credential?: CredentialType | undefined
  readonly type: IdentityType
}

const serviceCredentials = [
  'ClientAssertionCredential',
  'AzurePipelinesCredential',
  'ClientSecretCredential',
  'ClientCertificateCredential',
  'CertificateCredential',
  'OnBehalfOfCredential',
]

function exceptionOf(span: Span): { readonly type: string | undefined; readonly message: string } {
  const thrown = span.events.find(({ name }) => name === 'exception')
  return {
    type: thrown?.attributes.text('exception.type'),
    message: span.statusMessage || (thrown?.attributes.text('exception.message') ?? ''),
  }
}

function sdkFailure(span: Span): Failure {
  const { attributes } = span
  const { type, message } = exceptionOf(span)
  return failureOf({
    callee: 'issuer',
    status: attributes.number('http.response.status_code', 'http.status_code'),
    errors: [attributes.text('aws.error_code'), attributes.text('error.type'), type],
    message,
  })
}

/** Undefined where another span counts the same fetch. */
function azureKind(credential: string, span: Span): CredentialKind | undefined {
  const error = span.attributes.text('error.type') ?? exceptionOf(span).type
  const isUnavailable = error !== undefined && unavailable.includes(error)
  if (chains.includes(credential)) {
    // Only the chain knows that none of its members applied.
    const isExhausted = isUnavailable || error === 'AggregateAuthenticationError'
    return span.isFailed && isExhausted && credential !== 'EnvironmentCredential'
      ? { type: 'unknown' }
      : undefined
  }
  if (span.isFailed && isUnavailable) return undefined
  if (peopleCredentials.includes(credential)) return { type: 'user' }
  const type = serviceCredentials.includes(credential) ? 'service-principal' : 'unknown'
  return { type, credential: credentialTypeOf(credential) }
}

function request(telling: Telling, span: Span, more: SdkFetch): TokenRequest {
  const { facts, resource } = telling
  const own = resource.identity
  const identity: Identity = more.type === own.type ? own : { ...own, type: more.type }
  return {
    ...baseOf(telling, more.provider, identity, span.isFailed ? sdkFailure(span) : undefined),
    kind: 'token.request',
    vantage: 'client',
    audience: '',
    latencyMs: facts.latencyMs,
    credentialId: more.credentialId,
    credentialType: more.credential,
    isColdStart: telling.attributes.flag('faas.coldstart') ?? resource.isColdStart,
  }
}

interface SdkFetch extends CredentialKind {
  readonly provider: TokenRequest['provider']
  readonly credentialId?: string
}

/** Operations of STS and EKS Auth that issue credentials. */
const awsIssuances: ReadonlyMap<string, CredentialKind> = new Map<string, CredentialKind>([
  ['AssumeRole', { credential: 'session', type: 'role' }],
  ['AssumeRoleWithWebIdentity', { credential: 'federated', type: 'role' }],
  ['AssumeRoleWithSAML', { credential: 'federated', type: 'role' }],
  ['AssumeRoleForPodIdentity', { credential: 'managed', type: 'role' }],
  ['GetSessionToken', { credential: 'access-key', type: 'unknown' }],
  ['GetFederationToken', { credential: 'access-key', type: 'unknown' }],
])

function awsFetch(span: Span): SdkFetch | undefined {
  const { attributes } = span
  const method = attributes.text('rpc.method')
  if (method === undefined) return undefined
  const system = attributes.text('rpc.system', 'rpc.system.name')
  if (system !== 'aws-api' && system !== 'aws.api') return undefined
  // Newer conventions write the service in front of the operation.
  const [service, operation] = method.includes('/')
    ? [method.slice(0, method.indexOf('/')), method.slice(method.indexOf('/') + 1)]
    : [attributes.text('rpc.service') ?? '', method]
  if (!/^(?:AWS ?)?(?:STS|Security ?Token|EKS ?Auth)/i.test(service)) return undefined
  const kind = awsIssuances.get(operation)
  return kind && { ...kind, provider: 'aws' }
}

function azureFetch(span: Span): SdkFetch | undefined {
  if (!span.name.includes('Credential.')) return undefined
  const credential = azureCredential.exec(span.name)?.[1]
  if (credential === undefined) return undefined
  const kind = azureKind(credential, span)
  return kind && { ...kind, provider: 'azure', credentialId: credential }
}

/** What the span fetches, if it is one of an SDK that does. */
export function sdkFetch(span: Span): SdkFetch | undefined {
  return azureFetch(span) ?? awsFetch(span)
}

export function sdkEvent(fetch: SdkFetch, telling: Telling, span: Span): TokenRequest {
  return request(telling, span, fetch)
}
