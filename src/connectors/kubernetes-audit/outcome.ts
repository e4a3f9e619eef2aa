/** Whether a call failed, and for which reason. */
import type { Fault, Reason } from '../../events/event.ts'
import { faultOf } from '../../events/fault.ts'
import type { Call } from './call.ts'
import { failedIssuances, failedUses } from './codes.ts'

interface Failure {
  readonly reason: Reason
  readonly fault: Fault
  readonly code: string
}

function failure(reason: Reason, call: Call): Failure {
  return { reason, fault: faultOf[reason], code: call.code }
}

/** A 403 that authorization allowed came from admission: quota, pod security, a policy webhook, RBAC escalation. */
function reasonOf(known: Reason | undefined, call: Call): Reason {
  const allowed = call.status === 403 && call.annotations?.['authorization.k8s.io/decision'] === 'allow'
  return allowed ? 'policy_denied' : (known ?? 'unknown')
}

function isUnknown(status: number): boolean {
  return status < 100 || status >= 600 || status !== Math.trunc(status)
}

export function httpStatusOf(status: number | undefined): number | undefined {
  return status === undefined || isUnknown(status) ? undefined : status
}

/** 429 on an eviction is the pod disruption budget's answer, not a throttled identity. */
function isEviction(call: Call): boolean {
  return call.subresource === 'eviction' && call.resource === 'pods'
}

export function useFailure(call: Call): Failure | undefined {
  const status = call.status
  if (status === undefined || (status >= 100 && status < 400)) return undefined
  if (status === 429 && isEviction(call)) return undefined
  const reason = failedUses[status]
  if (reason !== undefined || isUnknown(status)) return failure(reasonOf(reason, call), call)
  return status >= 500 ? failure('platform_error', call) : undefined
}

export function issuanceFailure(call: Call): Failure | undefined {
  const status = call.status
  if (status !== undefined && status >= 200 && status < 300) return undefined
  if (status !== undefined && status >= 500 && failedIssuances[status] === undefined && status < 600)
    return failure('platform_error', call)
  return failure(reasonOf(status === undefined ? undefined : failedIssuances[status], call), call)
}
