/** What a pipeline's evidence points to at its evaluation time. */
import { diagnose } from '../diagnosis/diagnose.ts'
import type { Diagnosis } from '../diagnosis/diagnosis.ts'
import type { Pipeline } from './pipeline.ts'

/** The surest first. */
export function diagnosesOf({ evidence, evaluationTime }: Pipeline): readonly Diagnosis[] {
  return evaluationTime === undefined ? [] : diagnose(evidence, evaluationTime)
}
