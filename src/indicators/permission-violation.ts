/** M8: do policies let planned flows through? Bad is a denial on a flow that the configuration lists. */
import type { IdentityEvent, TokenUse } from '../events/event.ts'
import type { Indicator } from './indicator.ts'
import { isLeftOutPerson } from './people.ts'

/** A 403 that a policy or a missing right explains; not one for a throttled, disabled or unknown caller. */
export function isPolicyDenial(event: IdentityEvent): event is TokenUse {
  return event.kind === 'token.use' && event.decision === 'forbidden' && event.fault === 'policy'
}

/**
 * Whether a use is planned is written on it before it is judged (events/planned-flows.ts). Off the planned flows a
 * denial is left out, for it may be meant, and a call that was let in is none of this indicator's business.
 */
export const permissionViolation: Indicator = {
  id: 'permission-violation',
  title: 'Permission violations on planned flows',
  kinds: ['token.use'],
  judge: (event, options) => {
    if (event.kind !== 'token.use') return undefined
    const isDenied = isPolicyDenial(event)
    if (event.planned !== true) return isDenied ? 'excluded' : undefined
    if (isLeftOutPerson(event, options)) return 'excluded'
    if (event.decision === 'allowed') return 'good'
    // A 401 is about the token, which service-auth judges.
    if (!isDenied) return 'excluded'
    return options.faults === undefined || options.faults.includes('policy') ? 'bad' : 'excluded'
  },
}
