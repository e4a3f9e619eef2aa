/** Says why a fetch failed, from the error that was thrown and the last answer that was seen. Messages are read, never passed on. */
import { awsCodes, entraCodes, oauthCodes, systemCodes, unavailableNames } from './error-codes.ts'
import { type Fields, field, isFields, numberField, textField } from './fields.ts'
import type { Provider, Reason } from './identity.ts'

export interface Failure {
  readonly reason: Reason
  /** A code from the tables or an HTTP status; `_OTHER` for all else, as OpenTelemetry has it. */
  readonly code: string
}

/** The last HTTP answer of a failed fetch. */
export interface LastAnswer {
  /** Whose metadata endpoint it came from, if it came from one. */
  readonly metadataOf: Provider | undefined
  /** 0: there was none. */
  readonly status: number
}

/** Errors are nested by cause, by chain (`errors`) and by response; some loop. */
const mostErrors = 20

function errorsIn(thrown: unknown): readonly Fields[] {
  const found: Fields[] = []
  const waiting: unknown[] = [thrown]
  while (waiting.length > 0 && found.length < mostErrors) {
    const next = waiting.shift()
    if (!isFields(next) || found.includes(next)) continue
    found.push(next)
    const members = field(next, 'errors')
    waiting.push(field(next, 'cause'), ...(Array.isArray(members) ? members.slice(0, mostErrors) : []))
    waiting.push(field(next, 'errorResponse'))
  }
  return found
}

function textIn(error: Fields, key: string): string {
  return textField(error, key) ?? ''
}

function byEntraCode(error: Fields): Failure | undefined {
  const number = /AADSTS(\d{4,8})/.exec(textIn(error, 'message'))?.[1]
  return number === undefined
    ? undefined
    : { reason: entraCodes.get(number) ?? 'unknown', code: `AADSTS${number}` }
}

/** A trust that does not hold is an AccessDenied like any other, but for the operation that its message names. */
function byName(error: Fields): Failure | undefined {
  for (const key of ['name', 'Code', 'code', 'errorCode', 'error', 'type']) {
    const code = textIn(error, key)
    const reason = awsCodes.get(code) ?? oauthCodes.get(code) ?? systemCodes.get(code)
    if (reason === undefined) continue
    const isTrust = textIn(error, 'message').includes('sts:AssumeRoleWithWebIdentity')
    return { reason: reason === 'permission_denied' && isTrust ? 'federation_mismatch' : reason, code }
  }
  return undefined
}

/** What SDKs say in words only. */
function byMessage(error: Fields): Failure | undefined {
  const message = textIn(error, 'message')
  if (/identity not found/i.test(message)) return { reason: 'identity_not_found', code: '_OTHER' }
  const quoted = /^Error code ([a-z_]{1,40})\b/.exec(message)?.[1]
  const reason = quoted === undefined ? undefined : oauthCodes.get(quoted)
  if (quoted !== undefined && reason !== undefined) return { reason, code: quoted }
  if (/time(?:d )?-?out/i.test(message) && /metadata/i.test(message))
    return { reason: 'metadata_unreachable', code: '_OTHER' }
  return undefined
}

/** Where SDKs keep the status of an answer, in errors and in results. */
export function statusIn(from: unknown): number | undefined {
  return (
    numberField(from, 'statusCode') ??
    numberField(from, 'status') ??
    numberField(field(from, '$metadata'), 'httpStatusCode') ??
    numberField(field(from, 'response'), 'status')
  )
}

const tokenStatuses: Readonly<Record<number, Reason>> = {
  400: 'misconfigured_caller',
  401: 'credential_invalid',
  403: 'permission_denied',
  404: 'identity_not_found',
  408: 'timeout',
  429: 'throttled',
  504: 'timeout',
}

/** A proxy answers 403, 502 and 504 where nothing is behind it. Azure's endpoint answers 404 and 410 while it is updated. */
const metadataStatuses: Readonly<Record<number, Reason>> = {
  400: 'misconfigured_caller',
  401: 'credential_invalid',
  403: 'metadata_unreachable',
  404: 'identity_not_found',
  408: 'timeout',
  410: 'platform_error',
  429: 'throttled',
  502: 'metadata_unreachable',
  504: 'metadata_unreachable',
}

/** `metadataOf`: whose metadata endpoint answered; `undefined` for a token endpoint. */
export function reasonOfStatus(status: number, metadataOf: Provider | undefined): Reason {
  if (status === 0) return metadataOf === undefined ? 'network' : 'metadata_unreachable'
  if (status === 404 && metadataOf === 'azure') return 'platform_error'
  const known = (metadataOf === undefined ? tokenStatuses : metadataStatuses)[status]
  return known ?? (status >= 500 ? 'platform_error' : 'unknown')
}

function first(errors: readonly Fields[], read: (error: Fields) => Failure | undefined): Failure | undefined {
  for (const error of errors) {
    const failure = read(error)
    if (failure !== undefined) return failure
  }
  return undefined
}

/** A host that cannot be reached is the endpoint's failure where the endpoint is a metadata endpoint. */
function atEndpoint(failure: Failure, last: LastAnswer | undefined): Failure {
  const isSilent = failure.reason === 'network' || failure.reason === 'timeout'
  if (!isSilent || last?.metadataOf === undefined || last.status !== 0) return failure
  return { reason: 'metadata_unreachable', code: failure.code }
}

export function failureOf(thrown: unknown, last: LastAnswer | undefined): Failure {
  const errors = errorsIn(thrown)
  const told = first(errors, byEntraCode) ?? first(errors, byMessage) ?? first(errors, byName)
  if (told !== undefined) return atEndpoint(told, last)
  if (last !== undefined && (last.status === 0 || last.status >= 400))
    return {
      reason: reasonOfStatus(last.status, last.metadataOf),
      code: last.status === 0 ? '_OTHER' : `${last.status}`,
    }
  const status = first(errors, (error) => {
    const found = statusIn(error)
    if (found === undefined || found < 400 || found > 599) return undefined
    return { reason: reasonOfStatus(found, undefined), code: `${found}` }
  })
  if (status !== undefined) return status
  // Nothing was asked: there is no credential where one was looked for.
  const isUnavailable = errors.some((error) => unavailableNames.has(textIn(error, 'name')))
  return { reason: isUnavailable ? 'misconfigured_caller' : 'unknown', code: '_OTHER' }
}
