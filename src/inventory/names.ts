/** One spelling for each identity, scope and resource, so that inventories and events meet in the same name. */
import type { Provider } from '../events/event.ts'

/** `arn:aws:iam::111122223333:role/name`: names are unique in an account, and change events leave the path out. */
function withoutPath(arn: string): string {
  const found = /^(arn:[^:]*:iam::[^:]*:(?:role|user|group))\/.*\/([^/]+)$/.exec(arn)
  return found === null ? arn : `${found[1]}/${found[2]}`
}

/** Kubernetes service accounts in a project's workload pool act under their Kubernetes name. */
function pooledAccount(id: string): string {
  if (!id.endsWith(']')) return id
  const found = /^[^[\]]+\.svc\.id\.goog\[([^/\]]+)\/([^\]]+)\]$/.exec(id)
  return found === null ? id : `system:serviceaccount:${found[1]}:${found[2]}`
}

export function principalKey(provider: Provider, tenant: string, id: string): string {
  if (provider === 'aws') return withoutPath(id)
  if (provider === 'azure') return id.toLowerCase()
  if (provider === 'gcp') return pooledAccount(id)
  return provider === 'kubernetes' && tenant !== '' ? `${tenant}/${id}` : id
}

export function clusterScope(tenant: string): string {
  return `clusters/${tenant === '' ? '-' : tenant}`
}

/** Buckets are one resource; their objects are not listed one by one. */
function awsResource(arn: string): string {
  const found = /^(arn:[^:]*:s3:::[^/*?]+)\/.*$/.exec(arn)
  return found?.[1] ?? withoutPath(arn)
}

function gcpResource(written: string): string {
  const plain = written.replace(/^\/\/[^/]+\.googleapis\.com\//, '')
  const bucket = /^(?:projects\/[^/]+\/buckets\/)([^/]+)/.exec(plain)?.[1]
  if (bucket !== undefined) return `projects/_/buckets/${bucket}`
  if (written.startsWith('//storage.googleapis.com/'))
    return `projects/_/buckets/${plain.split('/')[0] ?? ''}`
  return plain
}

/** Sub-resources (`pods/web-0/exec`) are ways to use their object. */
function kubernetesScope(tenant: string, written: string): string {
  const root = clusterScope(tenant)
  if (written === 'cluster' || written === '') return root
  const parts = written.split('/')
  return `${root}/${parts.slice(0, parts[0] === 'namespaces' ? 4 : 2).join('/')}`
}

/** A scope or resource as written in a document or an event; the same text for every spelling of it. */
export function scopeKey(provider: Provider, tenant: string, written: string): string {
  if (provider === 'azure') {
    const lower = written.toLowerCase()
    return lower.length > 1 && lower.endsWith('/') ? lower.slice(0, -1) : lower
  }
  // IAM rights hold in their account: change events say no more than its number.
  if (provider === 'aws') return written.startsWith('arn:') ? awsResource(written) : written
  if (provider === 'gcp') return gcpResource(written)
  return provider === 'kubernetes' ? kubernetesScope(tenant, written) : written
}

/** The account of an ARN; empty where it has none, as buckets do, or where it is AWS's own. */
export function accountOf(arn: string): string {
  const account = arn.split(':')[4] ?? ''
  return /^\d/.test(account) || /^X+$/.test(account) ? account : ''
}

/** `acme-prod` of `checkout@acme-prod.iam.gserviceaccount.com`; empty for Google's own accounts. */
export function projectOfAccount(email: string): string {
  return /@([^.]+)\.iam\.gserviceaccount\.com$/.exec(email)?.[1] ?? ''
}

export function serviceAccountResource(email: string): string {
  return `projects/${projectOfAccount(email) || '-'}/serviceAccounts/${email}`
}

/** The order of lists that people and tests see. */
export function byText(a: string, b: string): number {
  if (a === b) return 0
  return a < b ? -1 : 1
}
