/** What a name says about its bearer, where it is written the way a platform writes the names of its machines. */
import type { Identity, Layer, Workload } from '../events/event.ts'
import { accountOf, isRoleArn, parseSessionArn } from './aws-cloudtrail/arns.ts'
import { personIdentity, roleIdentity, sessionIdentity } from './aws-cloudtrail/callers.ts'
import { federatedSubject } from './federated-subject.ts'
import { serviceAccount } from './gcp-audit/principal.ts'

export interface NamedIdentity {
  readonly identity: Identity
  readonly layer: Layer
  readonly workload?: Workload | undefined
}

const kubernetesPrefix = 'system:serviceaccount:'
const spiffeScheme = 'spiffe://'

/** `system:serviceaccount:shop:checkout` */
function kubernetes(id: string): NamedIdentity | undefined {
  const colon = id.indexOf(':', kubernetesPrefix.length)
  const namespace = id.slice(kubernetesPrefix.length, colon)
  const name = id.slice(colon + 1)
  if (colon < 0 || namespace === '' || name === '') return undefined
  return {
    identity: { id, name, type: 'service-account', tenant: '', namespace },
    layer: 'container',
    workload: { kind: 'service', name: `${namespace}/${name}` },
  }
}

/** `spiffe://acme.example/ns/shop/sa/checkout`; other paths name the workload in their last segment. */
function spiffe(id: string): NamedIdentity {
  const path = id.indexOf('/', spiffeScheme.length)
  const tenant = id.slice(spiffeScheme.length, path < 0 ? id.length : path)
  const name = path < 0 ? undefined : id.slice(id.lastIndexOf('/') + 1) || undefined
  const start = path + '/ns/'.length
  const end = path >= 0 && id.startsWith('/ns/', path) ? id.indexOf('/sa/', start) : -1
  if (end < 0) return { identity: { id, name, type: 'spiffe', tenant }, layer: 'federation' }
  const namespace = id.slice(start, end)
  return {
    identity: { id, name, type: 'spiffe', tenant, namespace },
    layer: 'container',
    workload: { kind: 'service', name: `${namespace}/${name ?? ''}` },
  }
}

/** A session of a role is the role; sessions of people's roles, and IAM users, are people. */
function amazon(arn: string): NamedIdentity | undefined {
  if (isRoleArn(arn)) return { identity: roleIdentity(arn), layer: 'paas' }
  const session = parseSessionArn(arn)
  if (session !== undefined)
    return { identity: sessionIdentity(session.roleArn, session.session, false), layer: 'paas' }
  if (!arn.includes(':user/')) return undefined
  return { identity: personIdentity(arn, accountOf(arn)), layer: 'paas' }
}

/** `repo:acme/shop:ref:refs/heads/main`, `project_path:acme/shop:ref_type:branch:ref:main` */
function pipeline(id: string): NamedIdentity {
  const { workload, repository } = federatedSubject('', id)
  return { identity: { id, type: 'federated', tenant: '', repository }, layer: 'cicd', workload }
}

/** `undefined` for a name that could be anybody's. */
export function namedIdentity(name: string): NamedIdentity | undefined {
  if (name.startsWith(kubernetesPrefix)) return kubernetes(name)
  if (name.startsWith(spiffeScheme)) return spiffe(name)
  if (name.startsWith('arn:')) return amazon(name)
  if (name.startsWith('repo:') || name.startsWith('project_path:')) return pipeline(name)
  if (name.endsWith('.gserviceaccount.com')) return { identity: serviceAccount(name, ''), layer: 'paas' }
  return undefined
}
