/**
 * Pages that were held back because a few failures may be a blip or chance. Where a change explains them they are
 * neither: what was taken away does not come back by itself.
 */

import { diagnosisOfAny } from '../diagnosis/diagnose.ts'
import type { Diagnosis } from '../diagnosis/diagnosis.ts'
import type { AlertReading, ObjectiveStatus } from '../objectives/evaluate.ts'

/** The change names the very identity that fails. */
const certain = 0.9
const identitiesLookedAt = 10
/** Who failed lately; contributors are kept by the day. */
const latelyMs = 3_600_000

function released({ isHeldBack, ...alert }: AlertReading): AlertReading {
  return isHeldBack === true ? { ...alert, isFiring: true } : alert
}

/** `diagnoses`: as of the same instant; asked for only where a page is held back. */
export function releasePages(
  statuses: readonly ObjectiveStatus[],
  diagnoses: () => readonly Diagnosis[],
): readonly ObjectiveStatus[] {
  const isHeld = ({ alerts }: ObjectiveStatus): boolean =>
    alerts.some(({ isHeldBack }) => isHeldBack === true)
  if (!statuses.some(isHeld)) return statuses
  const explained = diagnoses().filter(
    ({ change, confidence, failures }) => change !== undefined && confidence >= certain && failures > 0,
  )
  if (explained.length === 0) return statuses
  return statuses.map((status) => {
    if (!isHeld(status)) return status
    const { state, to } = status
    const failing = state.contributors('identity', to - latelyMs, to).top(identitiesLookedAt)
    const why = diagnosisOfAny(
      explained,
      failing.map(({ key }) => key),
    )
    return why === undefined ? status : { ...status, alerts: status.alerts.map(released) }
  })
}
