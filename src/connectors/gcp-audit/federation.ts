/** Principals that external identity providers vouch for: workload and workforce identity pools, GKE's own pools. */
import type { Identity, Layer, Workload } from '../../events/event.ts'
import { text } from '../fields.ts'

export interface Federation {
  /** The pool that vouches, or its provider. */
  readonly issuer: string
  /** What the pool or the external provider calls the workload. */
  readonly subject: string
}

export interface FederatedPrincipal {
  readonly identity: Identity
  readonly layer: Layer
  readonly workload: Workload | undefined
}

interface ServiceAccountName {
  readonly namespace: string
  readonly name: string
}

const poolPrefix = 'principal://iam.googleapis.com/'
const subjectMark = '/subject/'
const gkePool = '.svc.id.goog['

/** Workforce pools federate people; workload pools, machines. */
export function isWorkforce(principal: string): boolean {
  return principal.includes('/workforcePools/')
}

/** Subjects with an address in them are people's: sign-ins at an own provider, AWS sessions named after their user. */
function isPersonal(id: string, subject: string): boolean {
  return isWorkforce(id) || (subject.includes('@') && !subject.endsWith('.gserviceaccount.com'))
}

/** `<pool>` of `principal://iam.googleapis.com/<pool>/subject/<subject>`. */
export function poolOf(principal: string): string | undefined {
  const at = principal.indexOf(subjectMark)
  return principal.startsWith(poolPrefix) && at > 0 ? principal.slice(poolPrefix.length, at) : undefined
}

/** `<subject>` of the same; a principal in any other form is its own subject. */
export function subjectOf(principal: string): string {
  const at = principal.indexOf(subjectMark)
  return at < 0 ? principal : principal.slice(at + subjectMark.length)
}

/** A Kubernetes service account: `system:serviceaccount:ns:name` or, in GKE's pools, `ns/ns/sa/name`. */
function kubernetesName(subject: string): ServiceAccountName | undefined {
  const isNative = subject.startsWith('system:serviceaccount:')
  if (!isNative && !subject.startsWith('ns/')) return undefined
  const parts = subject.split(isNative ? ':' : '/')
  const namespace = isNative ? parts[2] : parts[1]
  const name = parts[3]
  return namespace === undefined || name === undefined ? undefined : { namespace, name }
}

/** GitHub's `repo:org/name:ref:…`, also in its immutable form `repo:org@1/name@2:…`; GitLab's `project_path:group/name:…`. */
function repositoryOf(subject: string): string | undefined {
  if (!subject.startsWith('repo:') && !subject.startsWith('project_path:')) return undefined
  const start = subject.indexOf(':') + 1
  const end = subject.indexOf(':', start)
  const path = subject.slice(start, end < 0 ? undefined : end)
  return text(path.includes('@') ? path.replaceAll(/@\d+/g, '') : path)
}

function inCluster(id: string, account: ServiceAccountName, tenant: string): FederatedPrincipal {
  const { namespace, name } = account
  return {
    identity: { id, name, type: 'federated', tenant, namespace },
    layer: 'container',
    workload: { kind: 'service', name: `${namespace}/${name}` },
  }
}

/** `id` is the principal as Google writes it, `subject` what the external provider calls it. */
export function federated(id: string, subject: string, project: string): FederatedPrincipal {
  const repository = repositoryOf(subject)
  if (repository !== undefined) {
    const identity: Identity = { id, type: 'federated', tenant: project, repository }
    return { identity, layer: 'cicd', workload: { kind: 'repository', name: repository } }
  }
  if (isPersonal(id, subject))
    return { identity: { id, type: 'user', tenant: project }, layer: 'federation', workload: undefined }
  const account = kubernetesName(subject)
  if (account !== undefined) return inCluster(id, account, project)
  return { identity: { id, type: 'federated', tenant: project }, layer: 'federation', workload: undefined }
}

/** `acme-prod.svc.id.goog[shop/checkout]`: a Kubernetes service account of a GKE cluster in that project. */
export function gkeServiceAccount(
  account: string,
): (FederatedPrincipal & { readonly federation: Federation }) | undefined {
  const open = account.indexOf(gkePool)
  const slash = account.indexOf('/', open)
  if (open < 0 || slash < 0 || !account.endsWith(']')) return undefined
  const start = open + gkePool.length
  const subject = account.slice(start, -1)
  const names = { namespace: account.slice(start, slash), name: account.slice(slash + 1, -1) }
  const federation = { issuer: account.slice(0, start - 1), subject }
  return { ...inCluster(account, names, account.slice(0, open)), federation }
}
