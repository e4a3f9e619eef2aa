/** Whether a call failed, and for which reason. */
import type { Fault, Reason } from '../../events/event.ts'
import { faultOf } from '../../events/fault.ts'
import { object, objects, text } from '../fields.ts'
import { exchangeCodes, grpcCodes } from './codes.ts'
import type { Entry } from './entry.ts'

interface Failure {
  readonly reason: Reason
  readonly fault: Fault
  /** gRPC, as written. */
  readonly code: string
  readonly httpStatus: number | undefined
}

function statusMessage(entry: Entry): string {
  return text(object(entry.payload['status'])?.['message']) ?? ''
}

/** VPC Service Controls and organisation policies deny with the same code as a missing permission. */
function isPolicy(entry: Entry): boolean {
  if (entry.logName.endsWith('%2Fpolicy')) return true
  if (object(entry.payload['metadata'])?.['vpcServiceControlsUniqueId'] !== undefined) return true
  const violated = object(entry.payload['policyViolationInfo'])?.['orgPolicyViolationInfo']
  if (objects(object(violated)?.['violationInfo']).length > 0) return true
  for (const detail of objects(object(entry.payload['status'])?.['details'])) {
    for (const violation of objects(detail['violations']))
      if (violation['type'] === 'VPC_SERVICE_CONTROLS') return true
  }
  return false
}

function failure(reason: Reason, entry: Entry): Failure {
  return { reason, fault: faultOf[reason], code: entry.code, httpStatus: grpcCodes[entry.code]?.http }
}

/** A call with a token; business errors (not found, conflict, invalid argument) are no failure of the identity. */
export function useFailure(entry: Entry): Failure | undefined {
  if (entry.code === '') return undefined
  const meaning = grpcCodes[entry.code]
  if (meaning === undefined) return failure('unknown', entry)
  // An organisation policy answers FAILED_PRECONDITION where it forbids what was asked for.
  if ((entry.code === '7' || entry.code === '9') && isPolicy(entry)) return failure('policy_denied', entry)
  if (meaning.use === undefined) return undefined
  const isExpired = entry.code === '16' && statusMessage(entry).includes('expired')
  return failure(isExpired ? 'token_expired' : meaning.use, entry)
}

/** The same code covers a bad request, a bad token and a token that the trust configuration does not accept. */
function exchangeReason(entry: Entry): Reason | undefined {
  if (entry.code !== '3' && entry.code !== '7' && entry.code !== '16') return exchangeCodes[entry.code]
  const message = statusMessage(entry)
  if (message.includes('expired') || message.includes('stale')) return 'credential_expired'
  if (message.includes('audience')) return 'audience_mismatch'
  return message.includes('attribute condition') ? 'federation_mismatch' : exchangeCodes[entry.code]
}

/** A request for a token; `isExchange`: of an external token at the Security Token Service. */
export function issuanceFailure(entry: Entry, isExchange: boolean): Failure | undefined {
  if (entry.code === '') return undefined
  const meaning = grpcCodes[entry.code]
  if (meaning === undefined) return failure('unknown', entry)
  if (entry.code === '7' && isPolicy(entry)) return failure('policy_denied', entry)
  const special = isExchange ? exchangeReason(entry) : undefined
  const isExpired = entry.code === '16' && statusMessage(entry).includes('expired')
  return failure(special ?? (isExpired ? 'credential_expired' : meaning.issuance), entry)
}
