/** What the lines are about, and what errors without a code of Entra mean, as data. */
import type { Reason } from '../../events/event.ts'
import type { CodeMeaning } from '../azure-entra/codes.ts'

export type LineKind = 'issued' | 'refused' | 'passed-on' | 'not-passed-on' | 'step' | 'other'

/** Messages of the proxy, and of clients that log with the project's own credential code. */
export const lineKinds: ReadonlyMap<string, LineKind> = new Map<string, LineKind>([
  ['received token request', 'step'],
  ['client_id not found in request, defaulting to AZURE_CLIENT_ID', 'step'],
  ['successfully acquired token', 'issued'],
  ['failed to get token', 'refused'],
  ['failed to acquire token', 'refused'],
  ['failed to encode token', 'step'],
  ['received response from IMDS', 'passed-on'],
  ['failed executing request', 'not-passed-on'],
  ['failed to read response body', 'not-passed-on'],
  ['failed to create new request', 'not-passed-on'],
  ['received readyz request', 'other'],
  ['starting the proxy server', 'other'],
  ['shutting down the proxy server', 'other'],
])

/** In errors of clients: other programs say `failed to acquire token`, too. */
export const clientMarks: readonly string[] = [
  'AADSTS',
  'FromAssertion',
  'WorkloadIdentityCredential',
  '/oauth2/v2.0/token',
]

/** Codes that only show where another issuer's token is presented. */
export const federationCodes: ReadonlyMap<string, CodeMeaning> = new Map<string, CodeMeaning>([
  // Entra could not read the keys of the cluster's issuer.
  ['50166', { reason: 'platform_error' }],
  ['501661', { reason: 'platform_error' }],
  ['90061', { reason: 'platform_error' }],
])

/** The first one that stands in an error tells. */
export const symptoms: readonly (readonly [text: string, reason: Reason])[] = [
  ['failed to read service account token', 'misconfigured_caller'],
  ['no such file or directory', 'misconfigured_caller'],
  ['does not appear to use https', 'misconfigured_caller'],
  ['no client ID specified', 'misconfigured_caller'],
  ['no tenant ID specified', 'misconfigured_caller'],
  ['no token file specified', 'misconfigured_caller'],
  ['no such host', 'network'],
  ['server misbehaving', 'network'],
  ['connection refused', 'network'],
  ['connection reset', 'network'],
  ['network is unreachable', 'network'],
  ['no route to host', 'network'],
  ['TLS handshake timeout', 'timeout'],
  ['i/o timeout', 'timeout'],
  ['context deadline exceeded', 'timeout'],
  ['Client.Timeout exceeded', 'timeout'],
  // The pod gave up waiting for the proxy.
  ['context canceled', 'metadata_unreachable'],
]

/** What stands before the HTTP status of Entra's answer, in the older SDK and in the newer one. */
export const statusMarks: readonly string[] = ['status code was ', 'RESPONSE ']

/** Answers of the instance metadata service; 5xx that are not listed are its own failures. */
export const metadataReasons: Readonly<Record<number, Reason>> = {
  400: 'misconfigured_caller',
  401: 'misconfigured_caller',
  // A policy of the node or a mesh stands before it.
  403: 'metadata_unreachable',
  // It is being updated, for up to 70 s.
  404: 'platform_error',
  410: 'platform_error',
  429: 'throttled',
  502: 'metadata_unreachable',
  504: 'metadata_unreachable',
}
