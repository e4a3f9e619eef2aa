/** Every connector, one line each: the explicit list that detection, docs and the contract test go through. */
import { awsCloudtrail } from './aws-cloudtrail/connector.ts'
import { azureActivity } from './azure-activity/connector.ts'
import { azureEntra } from './azure-entra/connector.ts'
import { azureKeyvault } from './azure-keyvault/connector.ts'
import type { Connector } from './connector.ts'
import { gcpAudit } from './gcp-audit/connector.ts'
import { kubernetesAudit } from './kubernetes-audit/connector.ts'

export const availableConnectors: readonly Connector[] = [
  kubernetesAudit,
  awsCloudtrail,
  azureEntra,
  azureKeyvault,
  azureActivity,
  gcpAudit,
]
