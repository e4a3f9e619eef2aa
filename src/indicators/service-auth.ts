/** M4: did services accept the workload's token? Bad is 401 and 403 (or the provider's words for them). */
import type { Indicator } from './indicator.ts'
import { isLeftOutPerson } from './people.ts'

/** Expected 401s of a token rotation are taken out again by events/rotation.ts, which sees the success that follows. */
export const serviceAuth: Indicator = {
  id: 'service-auth',
  title: 'Service authentication and authorisation',
  kinds: ['token.use'],
  judge: (event, options) => {
    if (event.kind !== 'token.use') return undefined
    if (isLeftOutPerson(event, options)) return 'excluded'
    if (event.decision === 'allowed') return 'good'
    if (options.faults === undefined) return 'bad'
    return event.fault !== undefined && options.faults.includes(event.fault) ? 'bad' : 'excluded'
  },
}
