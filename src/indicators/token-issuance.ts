/**
 * M1: did the issuer give a token to the workload that asked for one? Each retry is an attempt of its own. As the
 * issuer saw it, or as another one did where an objective says so: never both together, which would count twice.
 */
import type { Indicator } from './indicator.ts'
import { isLeftOutPerson } from './people.ts'

export const tokenIssuance: Indicator = {
  id: 'token-issuance',
  title: 'Token issuance success',
  kinds: ['token.request'],
  judge: (event, options) => {
    if (event.kind !== 'token.request' || event.vantage !== (options.vantage ?? 'issuer')) return undefined
    if (event.isCountedElsewhere) return undefined
    if (isLeftOutPerson(event, options)) return 'excluded'
    if (event.outcome === 'success') return 'good'
    if (options.faults === undefined) return 'bad'
    return event.fault !== undefined && options.faults.includes(event.fault) ? 'bad' : 'excluded'
  },
}
