/** M5: do rights change as they should? Bad is a change that neither the baseline nor an approved actor or window accounts for. */
import type { Indicator } from './indicator.ts'

/** People count here: a right that nobody planned is drift, whoever holds it. */
export const assignmentDrift: Indicator = {
  id: 'assignment-drift',
  title: 'Assignment drift',
  kinds: ['assignment.change'],
  // Without a baseline nothing is said: slices full of excluded changes would look like good ones.
  judge: (event) => {
    if (event.kind !== 'assignment.change' || event.expected === undefined) return undefined
    return event.expected ? 'good' : 'bad'
  },
}
