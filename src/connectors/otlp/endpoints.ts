/** Addresses that identity lives at: metadata endpoints of the clouds, and URLs that issue tokens. Data, and how to match it. */
import type { CredentialType, Layer, Provider } from '../../events/event.ts'

export interface Endpoint {
  readonly kind: 'metadata' | 'issuer'
  readonly provider: Provider
  /** Whether the call asks for a token, and does not only prepare that. */
  readonly issues: boolean
  readonly credential?: CredentialType
  /** A first answer of 401 carries a challenge, and is no failure. */
  readonly challenges?: boolean
  readonly layer?: Layer
}

interface Rule extends Endpoint {
  /** Of the host, exactly. Without any, `path` decides alone. */
  readonly hosts?: readonly string[]
  /** What the path begins with; '' for any, also an unknown one. */
  readonly path: string
}

const linkLocal = '169.254.169.254'
const awsHosts = [linkLocal, 'fd00:ec2::254']
const local = ['127.0.0.1', 'localhost', '::1']
const managed = { kind: 'metadata', credential: 'managed' } as const

/** The first that fits wins. What else these hosts serve is not about identity: polls there end in 404 all day. */
const metadataRules: readonly Rule[] = [
  { ...managed, hosts: [linkLocal], path: '/metadata/identity', provider: 'azure', issues: true },
  { ...managed, hosts: awsHosts, path: '/latest/api/token', provider: 'aws', issues: false },
  {
    ...managed,
    hosts: awsHosts,
    path: '/latest/meta-data/iam/security-credentials/',
    provider: 'aws',
    issues: true,
  },
  { ...managed, hosts: awsHosts, path: '/latest/meta-data/iam', provider: 'aws', issues: false },
  // ECS tasks, and EKS Pod Identity on IPv4 and IPv6.
  { ...managed, hosts: ['169.254.170.2'], path: '', provider: 'aws', issues: true, layer: 'container' },
  {
    ...managed,
    hosts: ['169.254.170.23', 'fd00:ec2::23'],
    path: '',
    provider: 'aws',
    issues: true,
    layer: 'container',
  },
  {
    ...managed,
    hosts: ['metadata.google.internal', 'metadata', linkLocal],
    path: '/computemetadata/v1/instance/service-accounts',
    provider: 'gcp',
    issues: true,
  },
  // App Service, Functions and Container Apps; Azure Arc, which asks for a file's content first.
  { ...managed, path: '/msi/token', provider: 'azure', issues: true, layer: 'paas' },
  {
    ...managed,
    hosts: local,
    path: '/metadata/identity',
    provider: 'azure',
    issues: true,
    challenges: true,
  },
]

const entraHosts: ReadonlySet<string> = new Set([
  'login.microsoftonline.com',
  'login.microsoftonline.us',
  'login.partner.microsoftonline.cn',
  'login.chinacloudapi.cn',
  'login.windows.net',
  'sts.windows.net',
])

function metadataEndpoint(host: string, path: string): Endpoint | undefined {
  for (const rule of metadataRules) {
    if (rule.hosts !== undefined && !rule.hosts.includes(host)) continue
    if (!path.startsWith(rule.path)) continue
    // Google's endpoint lists accounts and scopes, too.
    if (rule.provider === 'gcp') return { ...rule, issues: /\/(?:token|identity)$/.test(path) }
    return rule
  }
  return undefined
}

function issuer(provider: Provider, credential?: CredentialType): Endpoint {
  return { kind: 'issuer', provider, issues: true, ...(credential && { credential }) }
}

/** `sts.amazonaws.com`, `sts.eu-central-1.amazonaws.com`, `sts.cn-north-1.amazonaws.com.cn`, `sts-fips.…`. */
function isAwsSts(host: string): boolean {
  const isOurs = host.endsWith('.amazonaws.com') || host.endsWith('.amazonaws.com.cn')
  return isOurs && /^sts(?:-fips)?\./.test(host)
}

function issuerEndpoint(host: string, path: string): Endpoint | undefined {
  if (entraHosts.has(host)) return path.endsWith('/token') ? issuer('azure') : undefined
  if (isAwsSts(host)) return issuer('aws')
  if (host.endsWith('googleapis.com')) {
    if (host === 'oauth2.googleapis.com' && path === '/token') return issuer('gcp')
    if (host === 'sts.googleapis.com' && path.endsWith('/token')) return issuer('gcp', 'federated')
    const impersonates = /:(?:generateaccesstoken|generateidtoken)$/.test(path)
    return host.startsWith('iamcredentials.') && impersonates ? issuer('gcp', 'session') : undefined
  }
  if (!path.endsWith('/token')) return undefined
  if (path.endsWith('/protocol/openid-connect/token')) return issuer('keycloak')
  if (host.endsWith('.okta.com') || host.endsWith('.oktapreview.com')) return issuer('okta')
  if (host.endsWith('.auth0.com')) return issuer('auth0')
  if (/^\/api\/v1\/namespaces\/[^/]+\/serviceaccounts\/[^/]+\/token$/.test(path)) return issuer('kubernetes')
  return path.includes('/oauth') || path.includes('/as/token') ? issuer('other') : undefined
}

/** `host` and `path` in small letters, `path` without a query; undefined for all other addresses. */
export function endpointOf(host: string, path: string): Endpoint | undefined {
  return metadataEndpoint(host, path) ?? issuerEndpoint(host, path)
}
