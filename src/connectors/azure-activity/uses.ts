/** An operation as a use of the caller's token at Azure Resource Manager. */
import type { TokenUse } from '../../events/event.ts'
import { faultOf } from '../../events/fault.ts'
import type { Caller } from '../azure-claims.ts'
import { serviceOf, vaultOrWhole } from '../azure-resources.ts'
import { number, text } from '../fields.ts'
import { type CallOutcome, callOutcome } from '../http-outcome.ts'
import { errorMeanings } from './codes.ts'
import type { Operation } from './operation.ts'

const allowed: CallOutcome = { outcome: 'success', decision: 'allowed' }
const unexplained: CallOutcome = { outcome: 'failure', decision: 'allowed', reason: 'unknown' }

function outcomeOf(operation: Operation): CallOutcome {
  if (operation.succeeded) return allowed
  const known = errorMeanings.get(operation.code)
  if (known !== undefined) return { outcome: 'failure', decision: known.decision, reason: known.reason }
  return operation.httpStatus === undefined ? unexplained : callOutcome(operation.httpStatus)
}

export function tokenUse(operation: Operation, caller: Caller, id: string): TokenUse {
  const { outcome, decision, reason } = outcomeOf(operation)
  const { claims } = operation
  const issuedAt = number(claims?.['iat'])
  const expiresAt = number(claims?.['exp'])
  const ttlSeconds = ttlOf(issuedAt, expiresAt)
  return {
    kind: 'token.use',
    id,
    time: operation.time,
    provider: 'azure',
    source: 'azure-activity',
    layer: caller.layer,
    identity: { id: caller.id, name: caller.name, type: caller.type, tenant: operation.tenant },
    workload: caller.workload,
    app: '',
    outcome,
    reason,
    fault: reason === undefined ? undefined : faultOf[reason],
    code: reason === undefined ? undefined : operation.code,
    correlation: {
      tokenId: text(claims?.['uti']),
      operationId: operation.operationId,
      requestId: operation.clientRequestId,
    },
    service: serviceOf(operation.name),
    resource: text(vaultOrWhole(operation.resource)),
    httpStatus: operation.httpStatus,
    decision,
    tokenAgeSeconds: ageOf(operation.time, issuedAt, ttlSeconds),
    ttlSeconds,
    credentialType: caller.credentialType,
  }
}

/** Lifetimes that are not positive are made up or redacted: better none than a wrong one. */
function ttlOf(issuedAt: number | undefined, expiresAt: number | undefined): number | undefined {
  if (issuedAt === undefined || expiresAt === undefined) return undefined
  return expiresAt > issuedAt ? expiresAt - issuedAt : undefined
}

/**
 * Age at the operation's end. Resource Manager takes no expired token, so an age beyond the lifetime means that the
 * operation ran on for long after the token was presented: it is not an age at use.
 */
function ageOf(
  time: number,
  issuedAt: number | undefined,
  ttlSeconds: number | undefined,
): number | undefined {
  if (issuedAt === undefined || ttlSeconds === undefined) return undefined
  const age = Math.floor(time / 1000) - issuedAt
  return age >= 0 && age <= ttlSeconds ? age : undefined
}
