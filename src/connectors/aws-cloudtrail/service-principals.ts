/** AWS services that assume roles for workloads: where such a workload runs, and what the session name names. */
import type { Layer, Workload } from '../../events/event.ts'

export interface ServicePrincipal {
  readonly layer: Layer
  /** What `roleSessionName` names, where the service puts the workload there. */
  readonly sessionNames?: Workload['kind'] | undefined
  /** Session names with this beginning are generated, and name no workload. */
  readonly generated?: string | undefined
}

/** By service principal without its domain. */
const servicePrincipals: ReadonlyMap<string, ServicePrincipal> = new Map<string, ServicePrincipal>([
  ['ec2', { layer: 'vm', sessionNames: 'vm' }],
  ['ssm', { layer: 'vm' }],
  ['lambda', { layer: 'serverless', sessionNames: 'function', generated: 'awslambda_' }],
  ['edgelambda', { layer: 'edge' }],
  ['states', { layer: 'serverless' }],
  ['events', { layer: 'serverless' }],
  ['pipes', { layer: 'serverless' }],
  ['scheduler', { layer: 'serverless' }],
  ['appsync', { layer: 'serverless' }],
  ['ecs-tasks', { layer: 'container', sessionNames: 'task' }],
  ['ecs', { layer: 'container' }],
  ['eks', { layer: 'container' }],
  ['eks-fargate-pods', { layer: 'container' }],
  ['eks-nodegroup', { layer: 'container' }],
  ['pods.eks', { layer: 'container' }],
  ['batch', { layer: 'container' }],
  ['codebuild', { layer: 'cicd' }],
  ['codepipeline', { layer: 'cicd' }],
  ['codedeploy', { layer: 'cicd' }],
  ['cloudformation', { layer: 'cicd' }],
  ['apigateway', { layer: 'edge' }],
  ['cloudfront', { layer: 'edge' }],
  ['elasticloadbalancing', { layer: 'edge' }],
  ['cloudtrail', { layer: 'observability' }],
  ['config', { layer: 'observability' }],
  ['monitoring', { layer: 'observability' }],
  ['logs', { layer: 'observability' }],
  ['guardduty', { layer: 'observability' }],
  ['inspector2', { layer: 'observability' }],
  ['securityhub', { layer: 'observability' }],
  ['access-analyzer', { layer: 'observability' }],
  ['rds', { layer: 'data' }],
  ['redshift', { layer: 'data' }],
  ['glue', { layer: 'data' }],
  ['s3', { layer: 'data' }],
  ['dms', { layer: 'data' }],
  ['firehose', { layer: 'data' }],
  ['kinesisanalytics', { layer: 'data' }],
  ['elasticmapreduce', { layer: 'data' }],
  ['sagemaker', { layer: 'data' }],
  ['bedrock', { layer: 'data' }],
  ['backup', { layer: 'data' }],
  ['rolesanywhere', { layer: 'federation' }],
  ['credentials.iot', { layer: 'edge' }],
])

const others: ServicePrincipal = { layer: 'paas' }

export function servicePrincipal(name: string): ServicePrincipal {
  return servicePrincipals.get(name) ?? others
}

/** By `inScopeOf.issuerType`, on uses. */
export const scopeIssuers: ReadonlyMap<string, ServicePrincipal> = new Map<string, ServicePrincipal>([
  ['AWS::Lambda::Function', { layer: 'serverless', sessionNames: 'function' }],
  ['AWS::EC2::Instance', { layer: 'vm', sessionNames: 'vm' }],
  ['AWS::ECS::Task', { layer: 'container', sessionNames: 'task' }],
])
