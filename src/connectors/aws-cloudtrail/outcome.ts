/** Whether a call failed, why, and whether that was the identity's doing. */
import type { Fault, Reason, TokenUse } from '../../events/event.ts'
import { faultOf } from '../../events/fault.ts'
import type { JsonObject } from '../connector.ts'
import { text } from '../fields.ts'
import {
  answeredParts,
  answeredPrefixes,
  type CodeMeaning,
  codeMeanings,
  federatedEvents,
  issuanceTexts,
  policyTexts,
} from './codes.ts'

export interface Failure {
  readonly reason: Reason
  readonly fault: Fault
  readonly code: string
}

export interface UseVerdict {
  readonly decision: TokenUse['decision']
  readonly failure: Failure | undefined
}

const allowed: UseVerdict = { decision: 'allowed', failure: undefined }

const decisions: Partial<Record<Reason, TokenUse['decision']>> = {
  permission_denied: 'forbidden',
  policy_denied: 'forbidden',
  token_expired: 'unauthenticated',
  credential_expired: 'unauthenticated',
  credential_invalid: 'unauthenticated',
  federation_mismatch: 'unauthenticated',
}

/** `errorCode` as written; a failure that gives only a message has the code `unspecified`. */
function errorCode(record: JsonObject): string | undefined {
  const code = record['errorCode']
  if (code === undefined || code === null || code === '')
    return text(record['errorMessage']) === undefined ? undefined : 'unspecified'
  return typeof code === 'string' || typeof code === 'number' ? String(code) : 'unspecified'
}

function failure(reason: Reason, code: string): Failure {
  return { reason, fault: faultOf[reason], code }
}

function meaningOf(code: string): CodeMeaning | undefined {
  const bare = code.startsWith('Client.') || code.startsWith('Server.') ? code.slice(7) : code
  const known = codeMeanings.get(bare)
  if (known !== undefined) return known
  if (code.startsWith('Server.')) return { issuance: 'platform_error', use: 'platform_error' }
  const answered =
    answeredPrefixes.some((prefix) => bare.startsWith(prefix)) ||
    answeredParts.some((part) => bare.includes(part))
  return answered ? { issuance: 'unknown', use: 'answered' } : undefined
}

function isPolicyDenial(reason: string, message: string): boolean {
  return reason === 'permission_denied' && policyTexts.some((part) => message.includes(part))
}

/** Outcome of a call that is not an issuance. */
export function useVerdict(record: JsonObject): UseVerdict {
  const code = errorCode(record)
  if (code === undefined) return allowed
  const meaning = meaningOf(code)?.use ?? 'unknown'
  if (meaning === 'answered') return allowed
  const denied = isPolicyDenial(meaning, text(record['errorMessage']) ?? '')
  const reason = denied ? 'policy_denied' : meaning
  return { decision: decisions[reason] ?? 'allowed', failure: failure(reason, code) }
}

function reasonByText(code: string, message: string): Reason | undefined {
  const lower = message.toLowerCase()
  return issuanceTexts.find((rule) => code.startsWith(rule.code) && lower.includes(rule.part))?.reason
}

/** Outcome of a request for credentials; `interactive` where a person has not finished signing in. */
export function issuanceFailure(record: JsonObject, eventName: string): Failure | 'interactive' | undefined {
  const code = errorCode(record)
  if (code === undefined) return undefined
  const meaning = meaningOf(code)?.issuance ?? 'unknown'
  if (meaning === 'interactive') return 'interactive'
  const message = text(record['errorMessage']) ?? ''
  if (isPolicyDenial(meaning, message)) return failure('policy_denied', code)
  const byText = reasonByText(code, message)
  if (byText !== undefined) return failure(byText, code)
  const refused = meaning === 'permission_denied' && federatedEvents.includes(eventName)
  return failure(refused ? 'federation_mismatch' : meaning, code)
}

/** The ARN that an "is not authorized to perform" message says the call was about; S3 puts it in quotes. */
export function arnInMessage(record: JsonObject): string | undefined {
  const message = text(record['errorMessage'])
  const marker = 'on resource: '
  const at = message?.indexOf(marker) ?? -1
  if (message === undefined || at < 0) return undefined
  const isQuoted = message[at + marker.length] === '"'
  const start = at + marker.length + (isQuoted ? 1 : 0)
  const end = message.indexOf(isQuoted ? '"' : ' ', start)
  const named = message.slice(start, end < 0 ? message.length : end)
  return named.startsWith('arn:') ? named : undefined
}

/** Whether the call was carried out: a change that was refused or did not apply is no change. */
export function hasError(record: JsonObject): boolean {
  return errorCode(record) !== undefined
}
