/** One request to the Kubernetes API, the same whichever wrapper its audit record came in. */
import { type Rejection, reject } from '../../events/rejection.ts'
import { parseInstant } from '../../events/time.ts'
import type { JsonObject } from '../connector.ts'
import { number, object, text, texts } from '../fields.ts'

export interface Call {
  /** Of the event, without suffix. */
  readonly id: string
  /** Cluster name; empty where the record does not say. */
  readonly cluster: string
  /** Epoch ms: when the response was complete, and when the request came in. */
  readonly ended: number
  readonly received: number
  /** Of a TokenRequest, with the microseconds that the server writes. */
  readonly latencyMs: number | undefined
  /** Who presented the credential; empty when authentication failed. */
  readonly user: string
  readonly impersonated: string | undefined
  readonly extra: JsonObject | undefined
  readonly verb: string
  /** Empty for paths that are not resources (`/healthz`). */
  readonly resource: string
  readonly subresource: string | undefined
  readonly apiGroup: string
  readonly namespace: string | undefined
  readonly name: string | undefined
  /** HTTP; undefined for some streams. */
  readonly status: number | undefined
  /** As written: of the client, or of the first proxy that says whom it speaks for. */
  readonly address: string | undefined
  /** As written: HTTP, or gRPC on GKE. */
  readonly code: string
  readonly annotations: JsonObject | undefined
  /** Request and response bodies, from level Request and RequestResponse on. */
  readonly asked: JsonObject | undefined
  readonly answered: JsonObject | undefined
  /** Nothing was stored or issued. */
  readonly dryRun: boolean
}

/** The part of a ms below 1, from the 4th to 6th fractional digit: `…05.123456Z` has 0.456. */
function subMillisecond(instant: string): number {
  if (instant.length < 26 || instant.charCodeAt(19) !== 46) return 0
  const micros = Number(instant.slice(23, 26))
  return micros >= 0 ? micros / 1000 : 0
}

function latencyMs(
  received: number,
  ended: number,
  receivedText: string,
  endedText: string,
): number | undefined {
  const exact = ended - received + subMillisecond(endedText) - subMillisecond(receivedText)
  return exact >= 0 ? Math.round(exact * 1000) / 1000 : undefined
}

/** Stages other than the last one say nothing final, except that a 401 is only ever a ResponseStarted. */
function stageProblem(stage: string | undefined, status: number | undefined): Rejection | undefined {
  if (stage === 'ResponseComplete' || stage === 'Panic') return undefined
  if (stage === undefined) return reject('missing_field', 'stage is missing: expected e.g. ResponseComplete')
  if (stage === 'ResponseStarted' && status === 401) return undefined
  if (stage === 'RequestReceived' || stage === 'ResponseStarted')
    return reject('not_terminal', 'an intermediate stage: ResponseComplete or Panic of this auditID counts')
  return reject(
    'invalid_field',
    'stage is not one of RequestReceived, ResponseStarted, ResponseComplete, Panic',
  )
}

/** From an audit.k8s.io Event; `cluster` is empty where only the transport knows it. */
export function readEvent(event: JsonObject, cluster: string): Call | Rejection {
  const auditId = text(event['auditID'])
  if (auditId === undefined)
    return reject('missing_field', 'auditID is missing: expected the id of the request')
  const stage = text(event['stage'])
  const responseStatus = object(event['responseStatus'])
  const written = number(responseStatus?.['code'])
  const status = written ?? (stage === 'Panic' ? 500 : undefined)
  const problem = stageProblem(stage, status)
  if (problem !== undefined) return problem
  const receivedText = text(event['requestReceivedTimestamp']) ?? ''
  const endedText = text(event['stageTimestamp']) ?? (receivedText || (text(event['timestamp']) ?? ''))
  if (endedText === '') return reject('missing_field', 'stageTimestamp is missing: expected an RFC 3339 time')
  const ended = parseInstant(endedText)
  if (Number.isNaN(ended)) return reject('invalid_field', 'stageTimestamp is not an RFC 3339 time')
  const start = receivedText === '' ? Number.NaN : parseInstant(receivedText)
  const received = Number.isNaN(start) ? ended : start
  const user = object(event['user'])
  const ref = object(event['objectRef'])
  const isTimed = ref?.['subresource'] === 'token' && !Number.isNaN(start)
  return {
    id: `kubernetes-audit:${auditId}`,
    cluster,
    ended,
    received,
    latencyMs: isTimed ? latencyMs(start, ended, receivedText, endedText) : undefined,
    user: text(user?.['username']) ?? '',
    impersonated: text(object(event['impersonatedUser'])?.['username']),
    extra: object(user?.['extra']),
    verb: text(event['verb']) ?? '',
    resource: text(ref?.['resource']) ?? '',
    subresource: text(ref?.['subresource']),
    apiGroup: text(ref?.['apiGroup']) ?? '',
    namespace: text(ref?.['namespace']),
    name: text(ref?.['name']),
    status,
    address: texts(event['sourceIPs'])[0],
    code: String(status ?? ''),
    annotations: object(event['annotations']),
    asked: object(event['requestObject']),
    answered: object(event['responseObject']),
    dryRun: text(event['requestURI'])?.includes('dryRun=All') ?? false,
  }
}
