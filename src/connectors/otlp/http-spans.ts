/** Spans of HTTP clients that call a metadata endpoint or a token URL: what any instrumentation sees, whoever calls. */
import type { Identity, IdentityEvent, MetadataCall, TokenRequest } from '../../events/event.ts'
import { type Endpoint, endpointOf } from './endpoints.ts'
import { type Failure, failureOf } from './failure.ts'
import { baseOf, type Telling } from './library.ts'
import { type Span, spanKinds } from './span.ts'

interface Address {
  readonly host: string
  readonly path: string
}

/** Without its query, port and brackets, in small letters: a query may hold anything. */
function addressOf(url: string): Address | undefined {
  const scheme = url.indexOf('://')
  if (scheme < 0) return undefined
  const rest = url.slice(scheme + 3)
  const end = rest.search(/[/?#]/)
  const authority = end < 0 ? rest : rest.slice(0, end)
  const path = end < 0 ? '' : rest.slice(end)
  return { host: bareHost(authority.slice(authority.indexOf('@') + 1)), path: barePath(path) }
}

function bareHost(text: string): string {
  const host = text.toLowerCase()
  if (host.startsWith('[')) return host.slice(1, host.includes(']') ? host.indexOf(']') : undefined)
  // More than one colon is an IPv6 address.
  return /^[^:]*:\d+$/.test(host) ? host.slice(0, host.indexOf(':')) : host
}

function barePath(text: string): string {
  const end = text.search(/[?#]/)
  return (end < 0 ? text : text.slice(0, end)).toLowerCase()
}

function calledBy({ attributes }: Span): Address | undefined {
  const url = attributes.text('url.full', 'http.url')
  const address = url === undefined ? undefined : addressOf(url)
  if (address !== undefined) return address
  const host = attributes.text('server.address', 'http.host', 'net.peer.name', 'network.peer.address')
  return host === undefined
    ? undefined
    : { host: bareHost(host), path: barePath(attributes.text('url.path', 'http.target') ?? '') }
}

export interface HttpCall {
  readonly endpoint: Endpoint
  readonly address: Address
}

/** The identity endpoint that the span calls, if it does. */
export function httpCall(span: Span): HttpCall | undefined {
  if (span.kind !== spanKinds.client || span.attributes.size === 0) return undefined
  const address = calledBy(span)
  if (address === undefined) return undefined
  const endpoint = endpointOf(address.host, address.path)
  return endpoint && { endpoint, address }
}

function callFailure(span: Span, endpoint: Endpoint, status: number | undefined): Failure | undefined {
  if (!span.isFailed && (status === undefined || status < 400)) return undefined
  const thrown = span.events.find(({ name }) => name === 'exception')
  const errors = [span.attributes.text('error.type'), thrown?.attributes.text('exception.type')]
  const message = span.statusMessage || (thrown?.attributes.text('exception.message') ?? '')
  return failureOf({ callee: endpoint.kind, status, errors, message })
}

/** Entra's tenant and Kubernetes' service account stand in the path. */
function identityOf({ endpoint, address }: HttpCall, own: Identity): Identity {
  const parts = address.path.split('/')
  if (endpoint.kind === 'issuer' && endpoint.provider === 'azure' && parts.length > 2)
    return { ...own, type: 'service-principal', tenant: parts[1] ?? own.tenant }
  if (endpoint.provider === 'kubernetes') {
    const [, , , , namespace = '', , name = ''] = parts
    return {
      id: `system:serviceaccount:${namespace}:${name}`,
      name,
      type: 'service-account',
      tenant: own.tenant,
      namespace,
      service: own.service,
    }
  }
  return own
}

/** A call to a metadata endpoint, a request for a token, or both in one. Empty: a challenge, answered by the next call. */
export function httpEvents(call: HttpCall, telling: Telling, span: Span): readonly IdentityEvent[] {
  const { endpoint, address } = call
  const { attributes, resource, facts } = telling
  const httpStatus = attributes.number('http.response.status_code', 'http.status_code')
  if (endpoint.challenges && httpStatus === 401) return []
  const why = callFailure(span, endpoint, httpStatus)
  const base = baseOf(telling, endpoint.provider, identityOf(call, resource.identity), why)
  const layered =
    endpoint.layer === undefined || resource.layer !== 'vm' ? base : { ...base, layer: endpoint.layer }
  const resent = attributes.number('http.request.resend_count', 'http.resend_count')
  const request: TokenRequest = {
    ...layered,
    kind: 'token.request',
    vantage: 'client',
    audience: '',
    latencyMs: facts.latencyMs,
    attempt: resent === undefined ? undefined : resent + 1,
    credentialType: endpoint.credential,
    isColdStart: attributes.flag('faas.coldstart') ?? resource.isColdStart,
  }
  if (endpoint.kind === 'issuer') return [request]
  const metadata: MetadataCall = {
    ...layered,
    kind: 'metadata.call',
    endpoint: address.host,
    httpStatus,
    latencyMs: facts.latencyMs,
  }
  return endpoint.issues ? [metadata, { ...request, id: `${request.id}#1` }] : [metadata]
}
