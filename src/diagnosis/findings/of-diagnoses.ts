/** Failure modes that are common mistakes as well: named in the list of those while they last. */
import { activeConfidence, type Diagnosis, type FailureMode } from '../diagnosis.ts'
import { type Finding, type FindingKind, found } from './finding.ts'

const findingOf: Readonly<Partial<Record<FailureMode, FindingKind>>> = {
  F5: 'excess-reach',
  F6: 'expired-token-use',
}

export function ofDiagnoses(diagnoses: readonly Diagnosis[]): readonly Finding[] {
  return diagnoses.flatMap(({ mode, confidence, since, affected, evidence, change }) => {
    const finding = findingOf[mode]
    if (finding === undefined || confidence < activeConfidence) return []
    return [found({ finding, confidence, since, affected, evidence, change })]
  })
}
