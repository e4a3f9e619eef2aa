/** M8: do policies let planned flows through? Bad is a denial on a flow that the configuration lists. */
import type { IdentityEvent, TokenRequest, TokenUse } from '../events/event.ts'
import type { Indicator } from './indicator.ts'
import { isLeftOutPerson } from './people.ts'

/** A call, or a request for a token as its issuer saw it. */
function isAccess(event: IdentityEvent): event is TokenUse | TokenRequest {
  return event.kind === 'token.use' || (event.kind === 'token.request' && event.vantage === 'issuer')
}

/** Refused by a policy or for want of a right; not for a throttled, disabled or unknown caller. */
export function isPolicyDenial(event: IdentityEvent): event is TokenUse | TokenRequest {
  if (event.outcome === 'success' || event.fault !== 'policy') return false
  return isAccess(event) && (event.kind === 'token.request' || event.decision === 'forbidden')
}

function isLetIn(event: TokenUse | TokenRequest): boolean {
  return event.kind === 'token.use' ? event.decision === 'allowed' : event.outcome === 'success'
}

/**
 * Whether an event is planned is written on it before it is judged (events/planned-flows.ts). Off the planned flows a
 * denial is left out, for it may be meant, and a call that was let in is none of this indicator's business.
 */
export const permissionViolation: Indicator = {
  id: 'permission-violation',
  title: 'Permission violations on planned flows',
  kinds: ['token.request', 'token.use'],
  judge: (event, options) => {
    if (!isAccess(event)) return undefined
    const isDenied = isPolicyDenial(event)
    if (event.planned !== true) return isDenied ? 'excluded' : undefined
    if (isLeftOutPerson(event, options)) return 'excluded'
    if (isLetIn(event)) return 'good'
    // A 401 is about the token, an outage about the platform: other indicators judge those.
    if (!isDenied) return 'excluded'
    return options.faults === undefined || options.faults.includes('policy') ? 'bad' : 'excluded'
  },
}
