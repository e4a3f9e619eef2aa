/** The canonical identity event: what every connector produces and every indicator judges. */

export const providers = [
  'azure',
  'aws',
  'gcp',
  'kubernetes',
  'vault',
  'spiffe',
  'okta',
  'keycloak',
  'github',
  'auth0',
  'teleport',
  'ping',
  'postgresql',
  'opa',
  'other',
] as const

export type Provider = (typeof providers)[number]

/** Where the identity's workload runs: L1 to L9, in this order. */
export const layers = [
  'edge',
  'vm',
  'container',
  'serverless',
  'paas',
  'data',
  'cicd',
  'observability',
  'federation',
] as const

export type Layer = (typeof layers)[number]

export const identityTypes = [
  'system-assigned',
  'user-assigned',
  'service-principal',
  'role',
  'service-account',
  'spiffe',
  'federated',
  'user',
  'unknown',
] as const

export type IdentityType = (typeof identityTypes)[number]

export interface Identity {
  /** Stable native id: object id, role ARN, service account e-mail, `system:serviceaccount:ns:name`. */
  readonly id: string
  readonly name?: string | undefined
  readonly type: IdentityType
  /** Entra tenant, AWS account, GCP project, cluster; empty where the record does not say. */
  readonly tenant: string
  /** Kubernetes namespace, role path (`/team/app/`) and `org/repo`: what ownership rules match on. */
  readonly namespace?: string | undefined
  readonly path?: string | undefined
  readonly repository?: string | undefined
  /** The service that it runs, by its own telemetry (`service.name`): an owner where nothing else names one. */
  readonly service?: string | undefined
}

export const workloadKinds = ['pod', 'vm', 'function', 'task', 'repository', 'resource', 'service'] as const

export interface Workload {
  readonly kind: (typeof workloadKinds)[number]
  readonly name: string
}

export type Reason =
  | 'throttled'
  | 'platform_error'
  | 'timeout'
  | 'metadata_unreachable'
  | 'network'
  | 'permission_denied'
  | 'policy_denied'
  | 'identity_not_found'
  | 'identity_disabled'
  | 'credential_expired'
  | 'credential_invalid'
  | 'token_expired'
  | 'audience_mismatch'
  | 'federation_mismatch'
  | 'misconfigured_caller'
  | 'unknown'

export type Fault = 'platform' | 'caller' | 'policy' | 'network'

export const credentialTypes = [
  'managed',
  'federated',
  'certificate',
  'secret',
  'access-key',
  'session',
  'password',
] as const

export type CredentialType = (typeof credentialTypes)[number]

export interface Correlation {
  /** Joins an issuance to its uses: Entra uti, AWS ASIA key id, Kubernetes JTI, Vault accessor. */
  readonly tokenId?: string | undefined
  /** Joins the records of one operation. */
  readonly operationId?: string | undefined
  /** What the caller's own log calls the request. */
  readonly requestId?: string | undefined
}

interface EventBase {
  /** Provider-native and stable: the same event delivered twice has the same id. */
  readonly id: string
  /** Epoch milliseconds, from the record. */
  readonly time: number
  readonly provider: Provider
  /** Connector id. */
  readonly source: string
  readonly layer: Layer
  /** What observes events puts one object in the place of equal ones: it may be kept. */
  identity: Identity
  readonly workload?: Workload | undefined
  /** Owning application. A connector leaves it empty; ownership (events/ownership.ts) fills it. */
  app: string
  readonly outcome: 'success' | 'failure'
  /** On failures only. */
  readonly reason?: Reason | undefined
  readonly fault?: Fault | undefined
  /** The provider's own code, as written. */
  readonly code?: string | undefined
  readonly correlation?: Correlation | undefined
  /** How many like it the event stands for: a metric's increase, or sampled spans. A whole number; absent is one. */
  readonly weight?: number | undefined
  /** Whether nobody knows how many like it were not recorded: a span whose sampling is not said. */
  readonly sampling?: 'unknown' | undefined
}

export interface TokenRequest extends EventBase {
  readonly kind: 'token.request'
  readonly vantage: 'issuer' | 'client' | 'metadata'
  /** What the token is for; empty where the record does not say. */
  readonly audience: string
  readonly latencyMs?: number | undefined
  /** Whether it renews a token: as the client says, or inferred by the ledger (events/ledger). */
  refresh?: boolean | 'inferred' | undefined
  /** Whether the former token of the same identity, audience and workload was still valid; the ledger's. */
  whileValid?: boolean | undefined
  readonly attempt?: number | undefined
  /** Another record counts the same attempt: this one adds to what is known of it and is no attempt more. */
  readonly isCountedElsewhere?: true | undefined
  /** Whether it was made while the workload started. */
  readonly isColdStart?: boolean | undefined
  readonly ttlSeconds?: number | undefined
  /** Epoch milliseconds. */
  readonly expiresAt?: number | undefined
  /** Which credential asked for the token (key id, federated credential id): never the secret itself. */
  readonly credentialId?: string | undefined
  readonly credentialType?: CredentialType | undefined
  /** Whether the configuration lists this request as a planned flow; absent where it lists none. */
  planned?: boolean | undefined
  /** True where a static credential was used by a workload that has a managed one; absent where that is not known. */
  fallback?: boolean | undefined
  readonly federation?: { readonly issuer: string; readonly subject: string } | undefined
}

export interface TokenUse extends EventBase {
  readonly kind: 'token.use'
  /** The service the token was presented to, as the provider names it (`s3`, `Microsoft.Storage`, `secrets`). */
  readonly service: string
  readonly resource?: string | undefined
  readonly httpStatus?: number | undefined
  readonly decision: 'allowed' | 'unauthenticated' | 'forbidden'
  /** Network address that a machine's call came from: never a person's. */
  readonly address?: string | undefined
  /** From the record itself, or from the token's issuance by the ledger. */
  tokenAgeSeconds?: number | undefined
  ttlSeconds?: number | undefined
  readonly credentialType?: CredentialType | undefined
  /** Whether the configuration lists this call as a planned flow; absent where it lists none. */
  planned?: boolean | undefined
  /** Whether it was made with a lesser credential than the workload has; absent where that is not known. */
  fallback?: boolean | undefined
}

/** Who made a change. */
export interface Actor {
  readonly id: string
  readonly name?: string | undefined
  readonly type: IdentityType
}

export interface AssignmentChange extends EventBase {
  readonly kind: 'assignment.change'
  readonly op: 'granted' | 'removed' | 'changed'
  /** Who gains or loses the role; the same as `identity.id` where it is one identity. */
  readonly principal: string
  readonly role: string
  readonly scope: string
  /** The object that gives the role, where its deletion may be all that a record of that tells: a Kubernetes binding. */
  readonly binding?: string | undefined
  readonly actor: Actor
  /** Whether the baseline, an approved actor or a change window accounts for it; absent without a baseline. */
  expected?: boolean | undefined
}

export interface IdentityChange extends EventBase {
  readonly kind: 'identity.change'
  readonly op:
    | 'created'
    | 'updated'
    | 'deleted'
    | 'disabled'
    | 'enabled'
    | 'credential-added'
    | 'credential-removed'
  readonly actor: Actor
}

export interface SecretRead extends EventBase {
  readonly kind: 'secret.read'
  readonly vault: string
  /** Name of the secret; pseudonymised before it leaves the events stage. */
  readonly secret: string
  readonly likelyFallback: boolean
  /** Whether the workload that read it has a managed identity; absent where that is not known. */
  fallback?: boolean | undefined
}

export interface MetadataCall extends EventBase {
  readonly kind: 'metadata.call'
  readonly endpoint: string
  readonly httpStatus?: number | undefined
  readonly latencyMs?: number | undefined
}

/** What an identity could reach at the end of a slice of time, by the inventory (inventory/): no record says it. */
export interface IdentityRadius extends EventBase {
  readonly kind: 'identity.radius'
  /** Known resources and whole scopes. */
  readonly resources: number
  /** A whole subscription, account, project or cluster is among them: more than any number. */
  readonly isWide: boolean
}

export type IdentityEvent =
  | TokenRequest
  | TokenUse
  | AssignmentChange
  | IdentityChange
  | SecretRead
  | MetadataCall
  | IdentityRadius

export type EventKind = IdentityEvent['kind']

/** What a record can give. */
export type RecordedKind = Exclude<EventKind, 'identity.radius'>
