/** Every connector, one line each: the explicit list that detection, docs and the contract test go through. */
import { accessLog } from './access-log/connector.ts'
import { auth0 } from './auth0/connector.ts'
import { awsCloudtrail } from './aws-cloudtrail/connector.ts'
import { azureActivity } from './azure-activity/connector.ts'
import { azureEntra } from './azure-entra/connector.ts'
import { azureGraphActivity } from './azure-graph-activity/connector.ts'
import { azureKeyvault } from './azure-keyvault/connector.ts'
import { azureWorkloadIdentity } from './azure-workload-identity/connector.ts'
import type { Connector } from './connector.ts'
import { eksPodIdentityAgent } from './eks-pod-identity-agent/connector.ts'
import { gateway } from './gateway/connector.ts'
import { gcpAudit } from './gcp-audit/connector.ts'
import { githubAudit } from './github-audit/connector.ts'
import { keycloak } from './keycloak/connector.ts'
import { kubernetesAudit } from './kubernetes-audit/connector.ts'
import { ocsf } from './ocsf/connector.ts'
import { okta } from './okta/connector.ts'
import { opa } from './opa/connector.ts'
import { pingfederate } from './pingfederate/connector.ts'
import { postgresql } from './postgresql/connector.ts'
import { spire } from './spire/connector.ts'
import { teleport } from './teleport/connector.ts'
import { vaultAudit } from './vault-audit/connector.ts'

export const availableConnectors: readonly Connector[] = [
  kubernetesAudit,
  awsCloudtrail,
  azureEntra,
  azureKeyvault,
  azureActivity,
  gcpAudit,
  azureGraphActivity,
  eksPodIdentityAgent,
  gateway,
  keycloak,
  vaultAudit,
  okta,
  postgresql,
  ocsf,
  auth0,
  opa,
  pingfederate,
  azureWorkloadIdentity,
  githubAudit,
  teleport,
  accessLog,
  spire,
]
