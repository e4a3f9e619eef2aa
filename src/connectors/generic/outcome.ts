/** Whether a mapped record tells of a success, and why not. */
import type { Fault, Reason, TokenUse } from '../../events/event.ts'
import { faultOf } from '../../events/fault.ts'
import { callOutcome } from '../http-outcome.ts'

/** As texts and numbers of the record; absent where it does not say. */
export interface Said {
  readonly status: number | undefined
  /** What an authorizer in front of the service answered (nginx auth_request). */
  readonly authStatus: number | undefined
  readonly result: string | undefined
  readonly code: string | undefined
}

export interface MappedOutcome {
  readonly outcome: 'success' | 'failure'
  readonly decision: TokenUse['decision']
  readonly reason?: Reason | undefined
  readonly fault?: Fault | undefined
  readonly code?: string | undefined
}

export type CodeTable = ReadonlyMap<string, { readonly reason: Reason; readonly fault?: Fault | undefined }>

const denied: ReadonlySet<Reason> = new Set<Reason>(['permission_denied', 'policy_denied'])
const unauthenticated: ReadonlySet<Reason> = new Set<Reason>([
  'identity_not_found',
  'identity_disabled',
  'credential_expired',
  'credential_invalid',
  'token_expired',
  'audience_mismatch',
  'federation_mismatch',
])

function decisionOf(reason: Reason): TokenUse['decision'] {
  if (denied.has(reason)) return 'forbidden'
  return unauthenticated.has(reason) ? 'unauthenticated' : 'allowed'
}

const success: MappedOutcome = { outcome: 'success', decision: 'allowed' }

function failure(reason: Reason, code: string, fault: Fault | undefined): MappedOutcome {
  return { outcome: 'failure', decision: decisionOf(reason), reason, fault: fault ?? faultOf[reason], code }
}

/**
 * A denial of the authorizer counts, whatever the client saw; so does its outage. What it let pass is the service's answer. Any
 * other answer of it (404: it is not where it is looked for) lets nobody pass: then it is the client's status.
 */
function effectiveStatus({ status, authStatus }: Said): number | undefined {
  return authStatus !== undefined && callOutcome(authStatus).reason !== undefined ? authStatus : status
}

/** A token endpoint that refuses what it is asked has not issued: other than at a service, each 4xx is a failure. */
function reasonOf(status: number, isIssuance: boolean): Reason | undefined {
  const { reason } = callOutcome(status)
  if (reason !== undefined || !isIssuance || status < 400) return reason
  return 'misconfigured_caller'
}

/** `result` decides where the mapping names it, else the status; without both, a record is a success. */
export function outcomeOf(
  said: Said,
  successes: ReadonlySet<string> | undefined,
  codes: CodeTable,
  isIssuance: boolean,
): MappedOutcome {
  const status = effectiveStatus(said)
  const byStatus = status === undefined ? undefined : reasonOf(status, isIssuance)
  const isSuccess =
    successes === undefined ? byStatus === undefined : said.result !== undefined && successes.has(said.result)
  if (isSuccess) return success
  const code = said.code ?? (successes === undefined ? undefined : said.result) ?? String(status ?? 'missing')
  const known = codes.get(code)
  return failure(known?.reason ?? byStatus ?? 'unknown', code, known?.fault)
}
