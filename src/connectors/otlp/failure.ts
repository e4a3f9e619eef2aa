/** Why a call failed, from what instrumentations say of it: codes of the provider, HTTP statuses, kinds of errors. */
import type { Fault, Reason } from '../../events/event.ts'
import { faultOf } from '../../events/fault.ts'
import { codeMeanings as awsCodes } from '../aws-cloudtrail/codes.ts'
import { codeMeanings as entraCodes } from '../azure-entra/codes.ts'
import { oauthReasons } from '../oauth-errors.ts'

export interface Failure {
  readonly reason: Reason
  readonly fault: Fault
  readonly code: string | undefined
}

/** What was called: an unreachable metadata endpoint is a failure of its own. */
export type Callee = 'metadata' | 'issuer'

/** By words of the error's class or code, in any case: the names differ by language and mean the same. */
const kinds: readonly (readonly [words: readonly string[], reason: Reason | 'unreachable'])[] = [
  [['timeout', 'timedout', 'deadline', 'aborterror'], 'timeout'],
  [
    [
      'econnrefused',
      'econnreset',
      'enetunreach',
      'ehostunreach',
      'enotfound',
      'eai_again',
      'epipe',
      'socket',
      'connect',
      'dns',
      'unknownhost',
      'networkerror',
      'restclienterror',
      'transporterror',
    ],
    'unreachable',
  ],
  [['throttl', 'toomanyrequests', 'slowdown'], 'throttled'],
  [['expiredtoken', 'tokenexpired'], 'credential_expired'],
  [['accessdenied', 'unauthorizedoperation', 'forbidden'], 'permission_denied'],
  [['credentialunavailable', 'credentialsprovidererror', 'defaultcredentialserror'], 'misconfigured_caller'],
]

const metadataStatuses: ReadonlyMap<number, Reason> = new Map<number, Reason>([
  [400, 'identity_not_found'],
  [401, 'misconfigured_caller'],
  [403, 'permission_denied'],
  [404, 'identity_not_found'],
  // The endpoint is being updated.
  [410, 'platform_error'],
])

const issuerStatuses: ReadonlyMap<number, Reason> = new Map<number, Reason>([
  [400, 'misconfigured_caller'],
  [401, 'credential_invalid'],
  [403, 'permission_denied'],
  [404, 'identity_not_found'],
])

function ofStatus(status: number, callee: Callee): Reason | undefined {
  if (status === 429) return 'throttled'
  if (status === 408 || status === 504) return 'timeout'
  if (status >= 500) return 'platform_error'
  return (callee === 'metadata' ? metadataStatuses : issuerStatuses).get(status)
}

function ofErrorKind(error: string, callee: Callee): Reason | undefined {
  const text = error.toLowerCase()
  for (const [words, reason] of kinds) {
    if (!words.some((word) => text.includes(word))) continue
    if (reason !== 'unreachable')
      return callee === 'metadata' && reason === 'timeout' ? 'metadata_unreachable' : reason
    return callee === 'metadata' ? 'metadata_unreachable' : 'network'
  }
  return undefined
}

/** `AADSTS7000222` anywhere in a text: the one part of a message that is looked at, because SDKs hide the code there. */
function entraCode(message: string): string | undefined {
  const at = message.indexOf('AADSTS')
  if (at < 0) return undefined
  const digits = /^\d{4,8}/.exec(message.slice(at + 6, at + 14))
  return digits?.[0]
}

export interface FailureSigns {
  readonly callee: Callee
  readonly status?: number | undefined
  /** `error.type`, the class of an exception, or a provider's code. */
  readonly errors: readonly (string | undefined)[]
  readonly message: string
}

/** The provider's code where there is one, else the kind of error, else the status. */
export function failureOf({ callee, status, errors, message }: FailureSigns): Failure {
  const aadsts = entraCode(message)
  const meaning = aadsts === undefined ? undefined : entraCodes.get(aadsts)
  if (aadsts !== undefined) return failure(meaning?.reason ?? 'unknown', `AADSTS${aadsts}`, meaning?.fault)
  // Where a status is all there is, `error.type` repeats it.
  const named = errors.filter((error) => error !== undefined && !isStatus(error))
  for (const error of named) {
    if (error === undefined) continue
    const aws = awsCodes.get(error)?.issuance
    const reason = oauthReasons.get(error) ?? (isReason(aws) ? aws : undefined) ?? ofErrorKind(error, callee)
    if (reason !== undefined) return failure(reason, error)
  }
  const code = named[0]
  const said = status ?? Number(errors.find((error) => error !== undefined && isStatus(error)) ?? Number.NaN)
  if (Number.isNaN(said)) return failure(callee === 'metadata' ? 'metadata_unreachable' : 'unknown', code)
  return failure(ofStatus(said, callee) ?? 'unknown', code ?? String(said))
}

function isStatus(error: string): boolean {
  return /^\d{3}$/.test(error)
}

export function isReason(text: string | undefined): text is Reason {
  return text !== undefined && Object.hasOwn(faultOf, text)
}

/** Codes are short; what is longer is a message, and may say what must not be shown. */
const maxCode = 64

export function failure(reason: Reason, code: string | undefined, fault?: Fault): Failure {
  const shown = code !== undefined && code.length <= maxCode && /^[\w.:/-]+$/.test(code) ? code : undefined
  return { reason, fault: fault ?? faultOf[reason], code: shown ?? reason }
}
