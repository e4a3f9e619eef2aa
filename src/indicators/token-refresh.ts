/** M3: are tokens renewed in time? Bad is a renewal that failed while the former token was still valid. */
import type { Indicator } from './indicator.ts'
import { isLeftOutPerson } from './people.ts'

export const tokenRefresh: Indicator = {
  id: 'token-refresh',
  title: 'Token refresh',
  kinds: ['token.request'],
  aspect: 'refresh',
  judge: (event, options) => {
    if (event.kind !== 'token.request' || event.refresh === undefined || event.refresh === false)
      return undefined
    const isSuccess = event.outcome === 'success'
    // Whether the former token was still valid may become known later; until then nothing is said.
    if (!isSuccess && event.whileValid === undefined) return undefined
    if (isLeftOutPerson(event, options)) return 'excluded'
    if (isSuccess) return 'good'
    // After the end of the former token it is an outage like any other: token-issuance and service-auth count that.
    if (event.whileValid === false) return 'excluded'
    if (options.faults === undefined) return 'bad'
    return event.fault !== undefined && options.faults.includes(event.fault) ? 'bad' : 'excluded'
  },
}
