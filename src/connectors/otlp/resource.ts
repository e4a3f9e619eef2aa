/** Who sent telemetry: the process that a resource describes, as the workload and the layer of its events. */
import type { Identity, Layer, Provider, Workload } from '../../events/event.ts'
import type { Attributes } from './attributes.ts'

export interface Resource {
  /** Tells processes apart; the same for all signals of one process. */
  readonly instance: string
  readonly layer: Layer
  readonly workload: Workload | undefined
  /** Whose cloud it runs in, where it says so. */
  readonly cloud: Provider | undefined
  /** Whom a fetch is for when the telemetry does not say which identity it is: the service itself. */
  readonly identity: Identity
  readonly isColdStart: boolean | undefined
}

const clouds: Readonly<Record<string, Provider>> = { azure: 'azure', aws: 'aws', gcp: 'gcp' }

/** `cloud.platform` by the layers; those of containers without a cluster among them. */
const platforms: ReadonlyMap<string, Layer> = new Map<string, Layer>([
  ['aws_lambda', 'serverless'],
  ['azure_functions', 'serverless'],
  ['azure.functions', 'serverless'],
  ['gcp_cloud_functions', 'serverless'],
  ['gcp_cloud_run', 'serverless'],
  ['aws_elastic_beanstalk', 'paas'],
  ['aws_app_runner', 'paas'],
  ['azure_app_service', 'paas'],
  ['azure.app_service', 'paas'],
  ['gcp_app_engine', 'paas'],
  ['aws_ecs', 'container'],
  ['aws_eks', 'container'],
  ['azure_aks', 'container'],
  ['azure.aks', 'container'],
  ['azure_container_apps', 'container'],
  ['azure.container_apps', 'container'],
  ['azure_container_instances', 'container'],
  ['azure.container_instances', 'container'],
  ['gcp_kubernetes_engine', 'container'],
])

function layerOf(attributes: Attributes): Layer {
  const platform = platforms.get(attributes.text('cloud.platform') ?? '')
  if (platform !== undefined) return platform
  if (attributes.text('faas.name') !== undefined) return 'serverless'
  if (attributes.text('cicd.pipeline.name') !== undefined) return 'cicd'
  const container = attributes.text('k8s.pod.name', 'k8s.pod.uid', 'container.id', 'aws.ecs.task.arn')
  return container === undefined ? 'vm' : 'container'
}

function workloadOf(attributes: Attributes): Workload | undefined {
  const pod = attributes.text('k8s.pod.name')
  if (pod !== undefined) return { kind: 'pod', name: `${attributes.text('k8s.namespace.name') ?? ''}/${pod}` }
  const kinds = [
    ['function', 'faas.name'],
    ['task', 'aws.ecs.task.arn'],
    ['service', 'service.name'],
    ['vm', 'host.name'],
  ] as const
  for (const [kind, name] of kinds) {
    const text = attributes.text(name)
    if (text !== undefined) return { kind, name: text }
  }
  return undefined
}

/** SDKs say `unknown_service` and the name of the program where nobody configured one. */
const unnamed = 'unknown_service'

/** `digest` stands for all attributes of the resource, also those that nothing asks for. */
export function resourceOf(attributes: Attributes, digest: string): Resource {
  const service = attributes.text('service.name')
  const space = attributes.text('service.namespace')
  const own = attributes.text('service.instance.id', 'k8s.pod.uid', 'faas.instance', 'container.id')
  const name = service === undefined || service.startsWith(unnamed) ? undefined : service
  const id = name === undefined ? (service ?? 'unknown') : space === undefined ? name : `${space}/${name}`
  return {
    instance: own === undefined ? digest : `${space ?? ''}/${service ?? ''}/${own}`,
    layer: layerOf(attributes),
    workload: workloadOf(attributes),
    cloud: clouds[attributes.text('cloud.provider') ?? ''],
    identity: {
      id,
      type: 'unknown',
      tenant: attributes.text('cloud.account.id') ?? '',
      namespace: attributes.text('k8s.namespace.name'),
      service: name,
    },
    isColdStart: attributes.flag('faas.coldstart'),
  }
}
