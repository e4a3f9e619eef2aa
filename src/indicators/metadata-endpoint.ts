/** M7: does the local metadata endpoint or agent answer the workloads that call it? Bad is a call that failed. */
import type { Indicator } from './indicator.ts'
import { isLeftOutPerson } from './people.ts'

/** An endpoint that says "no such identity here" did answer: narrowed to `faults`, such a call is the caller's. */
export const metadataEndpoint: Indicator = {
  id: 'metadata-endpoint',
  title: 'Metadata endpoint',
  kinds: ['metadata.call'],
  judge: (event, options) => {
    if (event.kind !== 'metadata.call') return undefined
    if (isLeftOutPerson(event, options)) return 'excluded'
    if (event.outcome === 'success') return 'good'
    if (options.faults === undefined) return 'bad'
    return event.fault !== undefined && options.faults.includes(event.fault) ? 'bad' : 'excluded'
  },
}
