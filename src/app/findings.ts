/** Common mistakes that a pipeline's evidence shows at its evaluation time, and those that lists of rights show. */
import { arranged, findMistakes } from '../diagnosis/findings/find.ts'
import type { Finding } from '../diagnosis/findings/finding.ts'
import { ofSurvey } from '../diagnosis/findings/of-inventory.ts'
import type { Survey } from '../inventory/survey.ts'
import { type FindingList, findingReport } from '../outputs/finding-report.ts'
import { diagnosesOf } from './diagnoses.ts'
import { isoTime } from './iso-time.ts'
import type { Pipeline } from './pipeline.ts'

/** As `/api/v1/findings` has it. */
export function findingListOf(pipeline: Pipeline, survey?: Survey): FindingList {
  return {
    at: isoTime(pipeline.evaluationTime) ?? null,
    findings: findingsOf(pipeline, survey).map(findingReport),
  }
}

/**
 * @param survey the last look at everybody, where there is an inventory
 * @param diagnoses of the same instant
 */
export function findingsOf(
  pipeline: Pipeline,
  survey?: Survey,
  diagnoses = diagnosesOf(pipeline),
): readonly Finding[] {
  const { evidence, evaluationTime } = pipeline
  const ofLists = survey === undefined ? [] : ofSurvey(survey)
  const ofEvidence = evaluationTime === undefined ? [] : findMistakes(evidence, diagnoses, evaluationTime)
  return arranged([...ofEvidence, ...ofLists])
}
