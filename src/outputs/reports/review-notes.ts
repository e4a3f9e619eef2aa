/** What a reader of a review has to know of it, as plain sentences. */
import { count, instant } from '../pages/numbers.ts'
import type { Review } from './review.ts'

export function notesOf({ from, oldest, objectives, incidents }: Review): readonly string[] {
  const overspent = objectives.filter(({ hasData, budgetRemaining }) => hasData && budgetRemaining <= 0)
  const empty = objectives.filter(({ hasData }) => !hasData)
  const open = incidents.filter(({ state }) => state === 'open')
  return [
    `${count(overspent.length)} of ${count(objectives.length)} objectives have no budget left, ${count(empty.length)} have no data.`,
    `${count(incidents.length)} incidents, ${count(open.length)} of them open at the end.`,
    'It ends with the newest event that was read. Budget left is that of the objective’s own window; budget spent is the part of it that went in this review.',
    ...(oldest === undefined || oldest > from
      ? [`The records begin at ${instant(oldest)}: of the time before it nothing is known.`]
      : []),
  ]
}
