/** Issuers and subjects of federated identities: which workload they are, and which subjects may be shown. */
import type { Layer, Workload } from '../events/event.ts'

export interface FederatedSubject {
  readonly layer: Layer
  /** Empty where it may name a person. */
  readonly subject: string
  readonly workload?: Workload | undefined
  readonly namespace?: string | undefined
  readonly repository?: string | undefined
}

const pipelines = [
  'token.actions.githubusercontent.com',
  'gitlab',
  'circleci',
  'buildkite',
  'bitbucket',
  'app.terraform.io',
]

export function issuerLayer(issuer: string): Layer {
  if (issuer.startsWith('oidc.eks.')) return 'container'
  return pipelines.some((host) => issuer.includes(host)) ? 'cicd' : 'federation'
}

/** Subjects of machines start with one of these; a person's is a name, an address or an account number. */
const machines = ['organization:', 'org/', 'spiffe://', 'pipeline:']

const opaque = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i

/** `org/name` of `repo:org/name:ref:…`; GitHub's immutable form adds numbers: `repo:org@1/name@2:…`. */
function repositoryOf(subject: string, start: number): string {
  const end = subject.indexOf(':', start)
  return subject.slice(start, end < 0 ? subject.length : end).replaceAll(/@\d+/g, '')
}

/** `issuer`: host and path, without a scheme; empty where it is not known. `subject` as it was asserted. */
export function federatedSubject(issuer: string, subject: string): FederatedSubject {
  if (subject.startsWith('repo:') || subject.startsWith('project_path:')) {
    const repository = repositoryOf(subject, subject.indexOf(':') + 1)
    return { layer: 'cicd', subject, workload: { kind: 'repository', name: repository }, repository }
  }
  if (subject.startsWith('system:serviceaccount:')) {
    const start = 'system:serviceaccount:'.length
    const colon = subject.indexOf(':', start)
    const namespace = subject.slice(start, colon < 0 ? subject.length : colon)
    const name = colon < 0 ? '' : subject.slice(colon + 1)
    const workload: Workload = { kind: 'service', name: `${namespace}/${name}` }
    return { layer: 'container', subject, workload, namespace }
  }
  const isMachine = machines.some((prefix) => subject.startsWith(prefix)) || opaque.test(subject)
  return { layer: issuerLayer(issuer), subject: isMachine && !subject.includes('@') ? subject : '' }
}
