/** Why credentials could not be fetched, from the text of the agent's error. */
import type { Reason } from '../../events/event.ts'
import { serviceErrors, symptoms, untrusted } from './codes.ts'

export interface Failure {
  readonly reason: Reason
  readonly code: string
  /** What the agent answered the pod with. */
  readonly httpStatus: number | undefined
  /** Of EKS Auth. */
  readonly requestId: string | undefined
}

/** Where the error of EKS Auth begins: before it can stand what the instance metadata service said. */
const operation = 'operation error EKS Auth: '
const status = 'StatusCode: '
const request = 'RequestID: '
const generic = 'api error '

function between(text: string, start: string, from: number): string | undefined {
  const at = text.indexOf(start, from)
  if (at < 0) return undefined
  const end = text.indexOf(',', at)
  return text.slice(at + start.length, end < 0 ? text.length : end).trim()
}

/** The word up to the colon that follows the request id: `ExpiredTokenException: The token …`. */
function errorName(text: string, from: number): string | undefined {
  const id = text.indexOf(request, from)
  const comma = id < 0 ? -1 : text.indexOf(', ', id)
  if (comma < 0) return undefined
  const start = text.startsWith(generic, comma + 2) ? comma + 2 + generic.length : comma + 2
  const end = text.indexOf(':', start)
  const name = end < 0 ? '' : text.slice(start, end)
  return name === '' || name.includes(' ') ? undefined : name
}

function byStatus(httpStatus: number): Reason {
  if (httpStatus === 429) return 'throttled'
  return httpStatus >= 500 ? 'platform_error' : 'unknown'
}

function answeredWith(message: string, from: number, httpStatus: number): Failure {
  const name = errorName(message, from)
  const known = name === undefined ? undefined : serviceErrors.get(name)
  const isUntrusted = known === 'permission_denied' && message.includes(untrusted)
  return {
    reason: isUntrusted ? 'federation_mismatch' : (known ?? byStatus(httpStatus)),
    code: name ?? String(httpStatus),
    httpStatus,
    requestId: between(message, request, from) || undefined,
  }
}

/** `message` as the agent wrote it; unknown texts are failures of an unknown reason. */
export function failureOf(message: string): Failure {
  const start = message.indexOf(operation)
  const from = Math.max(start, 0)
  const written = start < 0 ? undefined : between(message, status, from)
  const httpStatus = Number(written)
  if (written !== undefined && httpStatus >= 100 && httpStatus < 600)
    return answeredWith(message, from, httpStatus)
  for (const symptom of symptoms) {
    if (message.includes(symptom.text, from))
      return {
        reason: symptom.reason,
        code: symptom.text,
        httpStatus: symptom.httpStatus,
        requestId: undefined,
      }
  }
  return { reason: 'unknown', code: 'unspecified', httpStatus: undefined, requestId: undefined }
}
