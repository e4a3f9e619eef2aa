/** What an event shows of the credential behind it: one that nobody has to keep, or a static one. */
import type {
  CredentialType,
  Identity,
  IdentityEvent,
  IdentityType,
  TokenRequest,
  TokenUse,
} from '../event.ts'

export type Credential = 'managed' | 'static'

/** A session does not say what it was obtained by, a certificate not who keeps its key: they show nothing. */
const byType: Readonly<Record<CredentialType, Credential | undefined>> = {
  managed: 'managed',
  federated: 'managed',
  secret: 'static',
  'access-key': 'static',
  password: 'static',
  certificate: undefined,
  session: undefined,
}

/** Identities of these types have no credential that a workload could keep. */
const managedTypes: ReadonlySet<IdentityType> = new Set<IdentityType>([
  'system-assigned',
  'user-assigned',
  'spiffe',
])

function shown(type: CredentialType | undefined, { type: identityType }: Identity): Credential | undefined {
  const credential = type === undefined ? undefined : byType[type]
  return credential ?? (managedTypes.has(identityType) ? 'managed' : undefined)
}

/** What the event's identity authenticated with. An attempt that failed shows nothing: anybody could have made it. */
export function credentialOf(event: IdentityEvent): Credential | undefined {
  switch (event.kind) {
    case 'token.request':
      return event.outcome === 'success' ? shown(event.credentialType, event.identity) : undefined
    case 'token.use':
      return event.decision === 'unauthenticated' ? undefined : shown(event.credentialType, event.identity)
    case 'secret.read':
      return shown(undefined, event.identity)
    default:
      return undefined
  }
}

/** A request counts as its issuer saw it, and not again as the client or a metadata endpoint did. */
export function isAuthentication(event: IdentityEvent): event is TokenRequest | TokenUse {
  return event.kind === 'token.use' || (event.kind === 'token.request' && event.vantage === 'issuer')
}

/** Services that the machines of an EKS cluster call for themselves: the kubelet, the network and the agents. */
const nodeServices: ReadonlySet<string> = new Set([
  'ec2',
  'ec2messages',
  'ecr',
  'ecr-public',
  'eks',
  'eks-auth',
  'ssm',
  'ssmmessages',
  'sts',
])

/** Whether something else than the machine itself uses the role of a machine. */
export function isBeyondNode(event: IdentityEvent): boolean {
  if (event.workload?.kind === 'pod') return true
  return event.kind === 'token.use' && !nodeServices.has(event.service)
}
