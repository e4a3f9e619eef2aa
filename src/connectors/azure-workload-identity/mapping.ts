/** Lines of the proxy and of clients as attempts to get a token, and as calls to the metadata endpoint it stands for. */
import type { Identity, MetadataCall, Reason, TokenRequest } from '../../events/event.ts'
import { faultOf } from '../../events/fault.ts'
import { reject } from '../../events/rejection.ts'
import type { JsonObject, Mapped } from '../connector.ts'
import { fingerprint } from '../fingerprint.ts'
import { namedIdentity } from '../named-identity.ts'
import { lineKinds, metadataReasons } from './codes.ts'
import { type Line, readLine } from './line.ts'
import { type Refusal, type Refused, refusalOf, refusedIn } from './refusal.ts'

const webhook = reject('not_relevant', 'the webhook: it prepares pods for a token, and asks for none')
const other = reject('not_relevant', "something of the proxy's own: no pod asked for a token")
const step = reject('not_terminal', "a step of a pod's request: the line that tells how it ended counts")
const noLine = reject('missing_field', 'message: expected a line of the proxy, as an object or in klog form')
const noTime = reject(
  'missing_field',
  "timestamp: expected the line's own, or the collector's time (a klog line has no year of its own)",
)
const invalidTime = reject('invalid_field', 'timestamp is not an RFC 3339 time')

const noStatus = reject(
  'missing_field',
  'status: expected the HTTP status that the metadata endpoint answered',
)

const instanceMetadata = '169.254.169.254'
const proxy = 'azwi-proxy'

/** What a query asks for; the proxy logs the request as it came. */
function queryValue(uri: string, key: string): string | undefined {
  const query = uri.indexOf('?')
  if (query < 0) return undefined
  for (const pair of uri.slice(query + 1).split('&')) {
    if (!pair.startsWith(`${key}=`)) continue
    const written = pair.slice(key.length + 1)
    return written === '' ? undefined : decoded(written)
  }
  return undefined
}

/** ASCII in percent encoding; whatever else stays as it is. */
function decoded(written: string): string {
  return written.replace(/%([2-7][0-9a-f])/gi, (_, hex: string) =>
    String.fromCharCode(Number.parseInt(hex, 16)),
  )
}

const nobody: Identity = { id: 'unknown', type: 'unknown', tenant: '' }

/** By the client id that was asked for or refused, else by the service account whose token was presented. */
function identityOf(line: Line, refused: Refused | undefined): Identity {
  const clientId = queryValue(line.uri, 'client_id') ?? refused?.clientId
  if (clientId !== undefined)
    return { id: clientId, type: 'service-principal', tenant: refused?.tenant ?? '' }
  return namedIdentity(refused?.subject ?? '')?.identity ?? nobody
}

function common(line: Line, time: number, identity: Identity, refusal: Refusal | undefined) {
  const who = `${line.pod?.name}|${line.writer}`
  return {
    id: `azure-workload-identity:${fingerprint(`${time}|${who}|${line.message}|${line.uri}|${line.error}`)}`,
    time,
    provider: 'azure',
    source: 'azure-workload-identity',
    layer: 'container',
    identity,
    workload: line.pod,
    app: '',
    outcome: refusal === undefined ? 'success' : 'failure',
    reason: refusal?.reason,
    fault: refusal?.fault,
    code: refusal?.code,
  } as const
}

function tokenEvents(line: Line, time: number, refused: Refused | undefined): Mapped {
  const refusal = refused === undefined ? undefined : refusalOf(line.error)
  const base = common(line, time, identityOf(line, refused), refusal)
  const ids = refused !== undefined && (refused.correlationId !== undefined || refused.traceId !== undefined)
  const request: TokenRequest = {
    ...base,
    kind: 'token.request',
    correlation: ids ? { operationId: refused.correlationId, requestId: refused.traceId } : undefined,
    vantage: line.writer === 'client' ? 'client' : 'metadata',
    audience: queryValue(line.uri, 'resource') ?? '',
    credentialType: 'federated',
    federation: { issuer: refused?.issuer ?? '', subject: refused?.subject ?? '' },
  }
  if (line.writer === 'client') return [request]
  const httpStatus = refusal === undefined ? 200 : 500
  const call: MetadataCall = {
    ...base,
    kind: 'metadata.call',
    id: `${base.id}#1`,
    endpoint: proxy,
    httpStatus,
  }
  return [request, call]
}

function answeredWith(status: number): Refusal | undefined {
  if (status < 400) return undefined
  const reason: Reason = metadataReasons[status] ?? (status >= 500 ? 'platform_error' : 'unknown')
  return { reason, fault: faultOf[reason], code: String(status) }
}

/** The endpoint gave no answer: whatever the error, the pod could not reach it. */
function unreachable(error: string): Refusal {
  const { reason, code } = refusalOf(error)
  const told = reason === 'misconfigured_caller' || reason === 'unknown' ? reason : 'metadata_unreachable'
  return { reason: told, fault: faultOf[told], code }
}

function metadataCall(line: Line, time: number, failure: Refusal | undefined): Mapped {
  const call: MetadataCall = {
    ...common(line, time, identityOf(line, undefined), failure),
    kind: 'metadata.call',
    endpoint: instanceMetadata,
    httpStatus: line.status,
  }
  return [call]
}

export function map(record: JsonObject): Mapped {
  const line = readLine(record)
  if (line === undefined) return noLine
  if (line.writer === 'webhook') return webhook
  const kind = lineKinds.get(line.message) ?? 'other'
  if (kind === 'step') return step
  if (kind === 'other') return other
  const refused = kind === 'refused' ? refusedIn(line.error) : undefined
  const time = line.time ?? refused?.time
  if (time === undefined) return noTime
  if (Number.isNaN(time)) return invalidTime
  if (kind === 'issued' || kind === 'refused') return tokenEvents(line, time, refused)
  if (kind === 'not-passed-on') return metadataCall(line, time, unreachable(line.error))
  if (line.status === undefined) return noStatus
  return metadataCall(line, time, answeredWith(line.status))
}
