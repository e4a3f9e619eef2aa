/** Alerts as the engine itself sends them to Alertmanager: the labels of the generated rules, and what it knows more. */
import { diagnosisOfAny } from '../diagnosis/diagnose.ts'
import type { Diagnosis } from '../diagnosis/diagnosis.ts'
import type { ActiveAlert } from '../objectives/active-alerts.ts'
import type { BurnReading, ObjectiveStatus } from '../objectives/evaluate.ts'
import { type ContributorDimension, contributorDimensions } from '../objectives/objective-state.ts'
import { budgetAlertLabels, budgetAnnotations, type Links } from './alert-text.ts'
import { budgetAlertKind } from './budget-alert-kinds.ts'
import { diagnosisText } from './diagnosis-report.ts'
import { alertsSeries, annotations } from './rule-conventions.ts'

/** What Alertmanager is told of an alert. The whole label set is its identity there. */
export interface OutgoingAlert {
  readonly labels: Readonly<Record<string, string>>
  readonly annotations: Readonly<Record<string, string>>
}

const culpritsShown = 3
/** A diagnosis is about one of these, or it is not about the alert. */
const identitiesDiagnosed = 10
const dayMs = 86_400_000

/** `12.3 %`, cut to four digits. */
function percent(ratio: number): string {
  return `${Number((ratio * 100).toPrecision(4))} %`
}

function described(reading: BurnReading | undefined, status: ObjectiveStatus): string {
  const { objective } = status.state
  const promise = `The objective is ${objective.target.percent} % over ${objective.window.text}`
  const { errorBudgetRemaining: remaining } = status
  const left =
    remaining < 0
      ? `${percent(1 - remaining)} of the error budget is spent`
      : `${percent(remaining)} of the error budget is left`
  if (reading === undefined) return `${promise}; ${left}.`
  const { bad, good } = reading.counts
  const share = `Over the last ${reading.window} ${percent(reading.errorRatio)} were bad (${bad} of ${bad + good})`
  return `${share}, burn rate ${Number(reading.rate.toPrecision(3))}. ${promise}; ${left}.`
}

const shownAs: Readonly<Record<ContributorDimension, string>> = {
  identity: 'identities',
  workload: 'workloads',
  reason: 'reasons',
  code: 'codes',
}

/** The name of an identity by its id, where one is known. */
export type NameOf = (identityId: string) => string | undefined

function named(id: string, nameOf: NameOf): string {
  const name = nameOf(id)
  return name === undefined || name === id ? id : `${name} ${id}`
}

/** Who burned the budget, by the days that the alert's window touches; an empty text when nobody is known. */
function culprits(status: ObjectiveStatus, windowMs: number, nameOf: NameOf): string {
  const parts = contributorDimensions.flatMap((dimension) => {
    const top = status.state
      .contributors(dimension, status.to - Math.max(windowMs, 1), status.to)
      .top(culpritsShown)
      .map(({ key, bad }) => `${dimension === 'identity' ? named(key, nameOf) : key} (${bad})`)
    return top.length === 0 ? [] : [`${shownAs[dimension]}: ${top.join(', ')}`]
  })
  return parts.join('; ')
}

/** The surest diagnosis about those who burned most of the budget. */
export function diagnosisOfAlert(
  diagnoses: readonly Diagnosis[],
  { state, to }: ObjectiveStatus,
  windowMs: number,
): Diagnosis | undefined {
  const from = to - Math.max(Math.min(windowMs, dayMs), 1)
  const burners = state.contributors('identity', from, to).top(identitiesDiagnosed)
  return diagnosisOfAny(
    diagnoses,
    burners.map(({ key }) => key),
  )
}

/**
 * A firing alert of an objective. Undefined when the objective's plan has no such alert (any more).
 * @param extra labels on everything that this installation sends; the alert's own win
 */
export function outgoingAlert(
  { alert: id, since }: Pick<ActiveAlert, 'alert' | 'since'>,
  status: ObjectiveStatus,
  links: Links,
  extra: Readonly<Record<string, string>>,
  nameOf: NameOf = () => undefined,
  diagnoses: readonly Diagnosis[] = [],
): OutgoingAlert | undefined {
  const { objective } = status.state
  const known = budgetAlertKind(objective, id)
  if (known === undefined) return undefined
  const { alert, kind } = known
  const reading = status.burnReadings.find(({ windowMs }) => windowMs === kind.longMs)
  const diagnosis = diagnosisOfAlert(diagnoses, status, kind.longMs)
  const who = culprits(status, Math.min(kind.longMs, dayMs), nameOf)
  const text = {
    summary: kind.id === 'ticket-exhausted' ? 'has overspent its error budget' : 'burns its error budget',
    description: described(reading, status),
  }
  return {
    labels: { ...extra, [alertsSeries.alertName]: alert, ...budgetAlertLabels(objective, kind) },
    annotations: {
      ...budgetAnnotations(links, alert, objective, kind, text),
      // When it was first seen to fire, in event time: its start in Alertmanager is when that was told.
      [annotations.since]: new Date(since).toISOString(),
      ...(who === '' ? {} : { [annotations.culprits]: who }),
      ...(diagnosis && {
        [annotations.diagnosis]: diagnosisText(diagnosis),
        [annotations.diagnosisRunbookUrl]: `${links.runbook}#${diagnosis.runbook}`,
      }),
    },
  }
}

/** The label set as one text: the same for the same alert, whatever order its labels come in. */
export function alertKey({ labels }: Pick<OutgoingAlert, 'labels'>): string {
  return JSON.stringify(Object.entries(labels).sort(([a], [b]) => (a < b ? -1 : 1)))
}
