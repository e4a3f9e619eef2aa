/** What `/api/v1/gate` says of a change to an application: whether it broke an objective, and by which numbers. */
import { z } from 'zod'
import { type ChangeVerdict, changeVerdicts, type Stretch } from '../objectives/change-gate.ts'
import { findingView } from './finding-report.ts'

const time = z.string().describe('RFC 3339.')
const { confidence, affected, evidence, change } = findingView.shape

const stretch = z.object({
  from: time,
  to: time,
  events: z.number(),
  bad: z.number(),
  allowed: z.number().describe('Bad events that the objective allows among so many.'),
})

const gateObjective = z.object({
  id: z.string(),
  verdict: z
    .enum(changeVerdicts)
    .describe('`burned-before`: it fails more than allowed, and did so before the change just as much.'),
  reason: z.string(),
  since: stretch,
  before: stretch.describe('An equally long stretch before the change.'),
})
export type GateObjective = z.infer<typeof gateObjective>

export const gateView = z.object({
  app: z.string(),
  since: time.describe('The change.'),
  dataUntil: time
    .nullable()
    .describe('End of the newest events: nothing later is known. Null before the first.'),
  countedFrom: time
    .optional()
    .describe('Counts of applications begin only here: what was asked for is incomplete.'),
  verdict: z.enum(['pass', 'breach', 'no-data']),
  reasons: z.array(z.string()).describe('Why it is a breach, or that there is no data.'),
  objectives: z.array(gateObjective).describe('Those with events of the application, breaches first.'),
  diagnoses: z
    .array(
      z.object({
        mode: z.string(),
        title: z.string(),
        since: time,
        ...{ confidence, affected, evidence, change },
        runbook: z.string(),
      }),
    )
    .describe('Of the application, begun since the change.'),
})
export type GateView = z.infer<typeof gateView>

function percent(share: number): string {
  return `${Number((share * 100).toPrecision(3))} %`
}

function told({ good, bad }: Pick<Stretch, 'good' | 'bad'>): string {
  const events = good + bad
  return events === 0
    ? 'no events'
    : `${Number(bad.toFixed(2))} of ${events} failed (${percent(bad / events)})`
}

const meanings: Readonly<Record<ChangeVerdict, string>> = {
  breach: 'more than the objective allows by chance, and worse than before',
  'burned-before': 'more than allowed, but no worse than before',
  ok: 'within what the objective allows and chance explains',
  'no-data': 'too few to say anything',
}

/** `12 of 200 failed (6 %), allowed are 0.1 %; before: 0 of 180 failed (0 %): more than …` */
export function gateReason(verdict: ChangeVerdict, since: Stretch, before: Stretch): string {
  const events = since.good + since.bad
  const allowed = events === 0 ? '' : `, allowed are ${percent(since.allowed / events)}`
  return `${told(since)}${allowed}; before: ${told(before)}: ${meanings[verdict]}`
}
