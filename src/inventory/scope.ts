/** A scope as the graph sees it: where its content lies in the tree of resources, and how wide it is. */
import type { Provider } from '../events/event.ts'

/**
 * `organization`: management groups, folders, the tenant; `account`: a subscription, account, project or cluster;
 * `group`: a resource group or namespace, or resources by a name pattern; `kind`: all resources of one service or kind;
 * `unknown`: a role whose text no inventory holds; `resource`: exactly one.
 */
export type ScopeLevel = 'organization' | 'account' | 'group' | 'kind' | 'unknown' | 'resource'

export interface Scope {
  readonly provider: Provider
  readonly text: string
  /** Where all of its content lies. */
  readonly path: readonly string[]
  /** Which of that belongs to it, by the resource's own text; absent: all. */
  readonly matches?: ((resource: string) => boolean) | undefined
  readonly level: ScopeLevel
}

/** `*` and `?` of IAM: both cross separators. Written as a search without backtracking. */
export function globTest(pattern: string): (text: string) => boolean {
  return (text) => {
    let [at, i, star, mark] = [0, 0, -1, 0]
    while (i < text.length) {
      if (at < pattern.length && (pattern[at] === '?' || pattern[at] === text[i]) && pattern[at] !== '*') {
        at++
        i++
      } else if (pattern[at] === '*') {
        star = at++
        mark = i
      } else if (star >= 0) {
        at = star + 1
        i = ++mark
      } else return false
    }
    while (pattern[at] === '*') at++
    return at === pattern.length
  }
}

const isPattern = (text: string): boolean => /[*?]/.test(text)

/** The segments of an ARN in the order service, account, region, rest: rights are mostly given by service. */
function arnPath(arn: string): readonly string[] {
  const [, , service = '', region = '', account = '', ...rest] = arn.split(':')
  return ['aws', service, account || '-', region || '-', ...rest.join(':').split(/[:/]/)]
}

function literalPrefix(path: readonly string[]): readonly string[] {
  const wild = path.findIndex(isPattern)
  return wild < 0 ? path : path.slice(0, wild)
}

/** A resource of no account (a bucket) can belong to any: the pattern's account holds for those that have one. */
function arnMatches(pattern: string): (resource: string) => boolean {
  const parts = pattern.split(':')
  const [account, resource] = [parts[4] ?? '', parts.slice(5).join(':')]
  const [inService, inRegion, inAccount, named] = [parts[2] ?? '', parts[3] ?? '', account, resource].map(
    globTest,
  )
  return (arn) => {
    const own = arn.split(':')
    const fits =
      inService?.(own[2] ?? '') === true &&
      (inRegion?.(own[3] ?? '') === true || own[3] === '') &&
      (own[4] === '' || inAccount?.(own[4] ?? '') === true)
    return fits && named?.(own.slice(5).join(':')) === true
  }
}

function awsScope(text: string): Scope {
  const base = { provider: 'aws' as const, text }
  if (/^arn:[^:]*:iam::aws:policy\//.test(text) || text.startsWith('policy:'))
    return { ...base, path: ['aws', 'policy', text], level: 'unknown' }
  if (!text.startsWith('arn:')) return { ...base, path: ['aws', 'account', text], level: 'account' }
  if (!isPattern(text)) return { ...base, path: arnPath(text), level: 'resource' }
  const [, , service = '', , , ...rest] = text.split(':')
  // Buckets have no account: only a pattern that names something may be sought below one.
  const isBroad = /^\*+$/.test(rest.join(':'))
  const path = isPattern(service) ? ['aws'] : isBroad ? ['aws', service] : literalPrefix(arnPath(text))
  const named = isBroad && service !== '*' ? 'kind' : 'group'
  const level = isBroad && service === '*' ? 'account' : named
  return { ...base, path, matches: arnMatches(text), level }
}

function azureLevel(parts: readonly string[]): ScopeLevel {
  if (parts.length === 0 || parts[1] === 'microsoft.management') return 'organization'
  if (parts[0] !== 'subscriptions') return 'resource'
  if (parts.length <= 2) return 'account'
  return parts[2] === 'resourcegroups' && parts.length <= 4 ? 'group' : 'resource'
}

function azureScope(text: string): Scope {
  const parts = text.split('/').filter((part) => part !== '')
  return { provider: 'azure', text, path: ['azure', ...parts], level: azureLevel(parts) }
}

function gcpScope(text: string): Scope {
  const parts = text.split('/')
  const isOrganization = parts.length <= 2 && (parts[0] === 'organizations' || parts[0] === 'folders')
  const level = isOrganization
    ? 'organization'
    : parts.length <= 2 && parts[0] === 'projects'
      ? 'account'
      : 'resource'
  return { provider: 'gcp', text, path: ['gcp', ...parts], level }
}

/** `clusters/c[/namespaces/ns][/kind[/name]]`; `*` stands for all namespaces or kinds. */
function kubernetesMatches(parts: readonly string[]): (resource: string) => boolean {
  return (resource) => {
    const own = resource.split('/').slice(2)
    const inNamespace = own[0] === 'namespaces' ? own.slice(2) : own
    const place = parts[0] === '*' ? inNamespace : own
    const wanted = parts[0] === '*' ? parts.slice(1) : parts
    return wanted.every((part, i) => part === '*' || place[i] === part)
  }
}

function kubernetesScope(text: string): Scope {
  const [root = '', cluster = '', ...parts] = text.split('/')
  const base = { provider: 'kubernetes' as const, text }
  const path = ['kubernetes', root, cluster, ...parts]
  if (parts.some((part) => part.startsWith('role:'))) return { ...base, path, level: 'unknown' }
  if (parts.length === 0) return { ...base, path, level: 'account' }
  if (parts[0] === 'namespaces' && parts.length === 2) return { ...base, path, level: 'group' }
  if (!parts.includes('*')) return { ...base, path, level: 'resource' }
  return { ...base, path: literalPrefix(path), matches: kubernetesMatches(parts), level: 'kind' }
}

export function scopeOf(provider: Provider, text: string): Scope {
  if (text.startsWith('unnamed:')) return { provider, text, path: [provider, text], level: 'unknown' }
  switch (provider) {
    case 'aws':
      return awsScope(text)
    case 'azure':
      return azureScope(text)
    case 'gcp':
      return gcpScope(text)
    case 'kubernetes':
      return kubernetesScope(text)
    default:
      return { provider, text, path: [provider, ...text.split('/')], level: 'resource' }
  }
}
