/** The whole demo: every file of logs, and the truth about them. */
import { awsWeek } from './aws.ts'
import { azureNoise, azureWeek } from './azure.ts'
import { type DemoFile, deliverAws, deliverAzure, deliverKubernetes } from './delivery.ts'
import { kubernetesNoise, kubernetesWeek } from './kubernetes.ts'
import { Truth } from './truth.ts'

export interface WeekOfLogs {
  readonly files: readonly DemoFile[]
  readonly truth: Truth
}

export function weekOfLogs(): WeekOfLogs {
  const truth = new Truth()
  const azure = deliverAzure(azureWeek(truth), azureNoise)
  const aws = deliverAws(awsWeek(truth))
  const kubernetes = deliverKubernetes(kubernetesWeek(truth), kubernetesNoise)
  truth.delivery('azure', azure.survey)
  truth.delivery('aws', aws.survey)
  truth.delivery('kubernetes', kubernetes.survey)
  return { files: [...azure.files, ...aws.files, ...kubernetes.files], truth }
}
