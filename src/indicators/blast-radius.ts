/** M10: how much could be reached as each identity? Good is no more resources than the objective allows. */
import type { Indicator } from './indicator.ts'
import { isLeftOutPerson } from './people.ts'

/** Where the definition says nothing. */
export const defaultMaxResources = 5

/** Its events are no records: inventory/radius-journal.ts gives one for each identity and slice of time. */
export const blastRadius: Indicator = {
  id: 'blast-radius',
  title: 'Blast radius',
  kinds: ['identity.radius'],
  judge: (event, options) => {
    if (event.kind !== 'identity.radius') return undefined
    if (isLeftOutPerson(event, options)) return 'excluded'
    const { maxResources = defaultMaxResources } = options
    return !event.isWide && event.resources <= maxResources ? 'good' : 'bad'
  },
}
