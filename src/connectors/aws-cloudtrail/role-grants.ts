/** Credentials of roles: asked for by other identities, and by AWS services for the workloads that run on them. */
import type { Identity, Workload } from '../../events/event.ts'
import { type Rejection, reject } from '../../events/rejection.ts'
import { objects, text } from '../fields.ts'
import { isRoleArn, partitionOf } from './arns.ts'
import type { Call } from './call.ts'
import { callingService, isServiceLinked, roleIdentity } from './callers.ts'
import { callersCredential, type Grant, requestedIdentity, requestedRole, unknownIdentity } from './grant.ts'
import type { Failure } from './outcome.ts'
import { servicePrincipal } from './service-principals.ts'
import { whereaboutsOf } from './whereabouts.ts'

/** EKS Pod Identity tags the session with the pod's namespace and name. */
function sessionTag(call: Call, key: string): string | undefined {
  return text(objects(call.request['tags']).find((tag) => tag['key'] === key)?.['value'])
}

function forPod(call: Call): Grant {
  const identity = requestedIdentity(call)
  const namespace = sessionTag(call, 'kubernetes-namespace')
  const pod = sessionTag(call, 'kubernetes-pod-name')
  return {
    identity: { ...identity, namespace },
    layer: 'container',
    workload: pod === undefined ? undefined : { kind: 'pod', name: `${namespace ?? ''}/${pod}` },
    credentialType: 'managed',
  }
}

function workloadOf(service: string, session: string | undefined): Workload {
  const { sessionNames, generated } = servicePrincipal(service)
  const isGenerated = generated !== undefined && session?.startsWith(generated)
  if (sessionNames === undefined || session === undefined || isGenerated)
    return { kind: 'service', name: service }
  return { kind: sessionNames, name: session }
}

/** Two services leave a record of their own besides the AssumeRole: one of the two counts. */
function byService(call: Call, service: string, failure: Failure | undefined): Grant | Rejection {
  if (service === 'pods.eks') {
    if (failure === undefined) return forPod(call)
    return reject('not_terminal', 'the AssumeRoleForPodIdentity record of this failure counts')
  }
  const identity = requestedIdentity(call)
  if (service === 'rolesanywhere' && !isServiceLinked(identity))
    return reject('not_terminal', 'the CreateSession record of this issuance counts')
  return {
    identity,
    layer: servicePrincipal(service).layer,
    workload: workloadOf(service, text(call.request['roleSessionName'])),
    credentialType: 'managed',
  }
}

/**
 * A cross-account AssumeRole is in both accounts' trails, and only the caller's copy says who called: nothing of
 * the caller is taken, so that both copies give the same event whichever comes first.
 */
export function assumeRole(call: Call, failure: Failure | undefined): Grant | Rejection {
  const service = callingService(call)
  if (service !== undefined) return byService(call, service, failure)
  const identity = requestedIdentity(call)
  const callersAccount = text(call.user['accountId'])
  if (callersAccount !== undefined && callersAccount !== identity.tenant)
    return { identity, layer: 'federation' }
  const { layer, workload } = whereaboutsOf(call)
  return { identity, layer, workload, ...callersCredential(call) }
}

/** The record names the cluster and the node, but neither the pod nor its role: EKS asks STS in turn. */
export function assumeRoleForPodIdentity(call: Call, failure: Failure | undefined): Grant | Rejection {
  if (failure === undefined)
    return reject(
      'not_terminal',
      'the AssumeRole by pods.eks.amazonaws.com that follows names the role and counts',
    )
  const cluster = text(call.request['clusterName'])
  const id = `arn:${partitionOf(call.region)}:eks:${call.region}:${call.account}:cluster/${cluster}`
  const identity: Identity =
    cluster === undefined
      ? unknownIdentity(call)
      : { id, name: cluster, type: 'unknown', tenant: call.account }
  return { identity, layer: 'container', workload: whereaboutsOf(call).workload, credentialType: 'managed' }
}

/** IAM Roles Anywhere: a certificate is exchanged for credentials of a role. */
export function createSession(call: Call): Grant {
  const issued = text(objects(call.response['credentialSet'])[0]?.['roleArn'])
  const role = requestedRole(call) ?? issued
  const identity = role !== undefined && isRoleArn(role) ? roleIdentity(role) : unknownIdentity(call)
  return { identity, layer: 'federation', credentialType: 'certificate' }
}
