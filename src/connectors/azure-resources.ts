/** What Azure resource ids and operation names say: who provides the service, and where a workload runs. */
import type { Layer, Workload } from '../events/event.ts'

/** ARM ids may be written in any letter case; lower case makes two spellings of one resource equal. */
export function resourceKey(resourceId: string): string {
  return resourceId.toLowerCase()
}

const vaults = '/providers/microsoft.keyvault/vaults/'

/** The vault of a key or secret that is addressed as an ARM resource: its own name is nobody's business. */
export function vaultOrWhole(key: string): string {
  const at = key.indexOf(vaults)
  const end = at < 0 ? -1 : key.indexOf('/', at + vaults.length)
  return end < 0 ? key : key.slice(0, end)
}

/** Namespaces by their lower-case spelling: diagnostic records shout them, and labels must not split in two. */
const namespaces: ReadonlyMap<string, string> = new Map(
  [
    'Microsoft.ApiManagement',
    'Microsoft.App',
    'Microsoft.AppConfiguration',
    'Microsoft.Authorization',
    'Microsoft.Automation',
    'Microsoft.Cache',
    'Microsoft.Cdn',
    'Microsoft.CognitiveServices',
    'Microsoft.Compute',
    'Microsoft.ContainerInstance',
    'Microsoft.ContainerRegistry',
    'Microsoft.ContainerService',
    'Microsoft.DataFactory',
    'Microsoft.Databricks',
    'Microsoft.DBforMySQL',
    'Microsoft.DBforPostgreSQL',
    'Microsoft.DocumentDB',
    'Microsoft.EventGrid',
    'Microsoft.EventHub',
    'Microsoft.HybridCompute',
    'Microsoft.Insights',
    'Microsoft.KeyVault',
    'Microsoft.Kubernetes',
    'Microsoft.Kusto',
    'Microsoft.Logic',
    'Microsoft.MachineLearningServices',
    'Microsoft.ManagedIdentity',
    'Microsoft.Network',
    'Microsoft.OperationalInsights',
    'Microsoft.PolicyInsights',
    'Microsoft.RecoveryServices',
    'Microsoft.Resources',
    'Microsoft.Search',
    'Microsoft.Security',
    'Microsoft.SerialConsole',
    'Microsoft.ServiceBus',
    'Microsoft.SignalRService',
    'Microsoft.Sql',
    'Microsoft.Storage',
    'Microsoft.Synapse',
    'Microsoft.Web',
  ].map((name) => [name.toLowerCase(), name]),
)

/** The namespace of `Microsoft.Storage/storageAccounts/write`, spelled the same whatever the record's casing. */
export function serviceOf(operation: string): string {
  const slash = operation.indexOf('/')
  const written = slash < 0 ? operation : operation.slice(0, slash)
  return namespaces.get(written.toLowerCase()) ?? capitalised(written)
}

function capitalised(namespace: string): string {
  return namespace
    .split('.')
    .map((part) => part.slice(0, 1).toUpperCase() + part.slice(1).toLowerCase())
    .join('.')
}

/** Where things of a namespace run; App Service and everything else that is not listed is `paas`. */
const layers: ReadonlyMap<string, Layer> = new Map<string, Layer>([
  ['microsoft.compute', 'vm'],
  ['microsoft.hybridcompute', 'vm'],
  ['microsoft.app', 'container'],
  ['microsoft.containerinstance', 'container'],
  ['microsoft.containerservice', 'container'],
  ['microsoft.kubernetes', 'container'],
  ['microsoft.redhatopenshift', 'container'],
  ['microsoft.logic', 'serverless'],
  ['microsoft.automation', 'serverless'],
  ['microsoft.eventgrid', 'serverless'],
  ['microsoft.cache', 'data'],
  ['microsoft.databricks', 'data'],
  ['microsoft.datafactory', 'data'],
  ['microsoft.dbformysql', 'data'],
  ['microsoft.dbforpostgresql', 'data'],
  ['microsoft.documentdb', 'data'],
  ['microsoft.kusto', 'data'],
  ['microsoft.machinelearningservices', 'data'],
  ['microsoft.sql', 'data'],
  ['microsoft.storage', 'data'],
  ['microsoft.synapse', 'data'],
  ['microsoft.apimanagement', 'edge'],
  ['microsoft.cdn', 'edge'],
  ['microsoft.network', 'edge'],
  ['microsoft.dashboard', 'observability'],
  ['microsoft.insights', 'observability'],
  ['microsoft.operationalinsights', 'observability'],
  ['microsoft.devcenter', 'cicd'],
  ['microsoft.devopsinfrastructure', 'cicd'],
])

const providers = '/providers/'

function namespaceOf(resourceId: string): string {
  const lower = resourceId.toLowerCase()
  const at = lower.indexOf(providers)
  if (at < 0) return ''
  const start = at + providers.length
  const end = lower.indexOf('/', start)
  return end < 0 ? lower.slice(start) : lower.slice(start, end)
}

export function layerOfResource(resourceId: string): Layer {
  return layers.get(namespaceOf(resourceId)) ?? 'paas'
}

export function lastSegment(path: string): string {
  const end = path.endsWith('/') ? path.length - 1 : path.length
  return path.slice(path.lastIndexOf('/', end - 1) + 1, end)
}

/** A user-assigned identity is a resource of its own: it says nothing of where the workload runs. */
export function isUserAssignedIdentity(resourceId: string): boolean {
  return resourceId.toLowerCase().includes('/userassignedidentities/')
}

/** The Azure resource as a caller; `undefined` for a user-assigned identity, which many resources share. */
export function workloadOf(resourceId: string): Workload | undefined {
  if (isUserAssignedIdentity(resourceId)) return undefined
  const namespace = namespaceOf(resourceId)
  const isMachine = namespace === 'microsoft.compute' || namespace === 'microsoft.hybridcompute'
  return { kind: isMachine ? 'vm' : 'resource', name: lastSegment(resourceId) }
}
