/** What a mapping of fields says: how to tell a source's records, and what of the event stands where. */
import type {
  AssignmentChange,
  CredentialType,
  Fault,
  IdentityChange,
  IdentityType,
  Layer,
  Provider,
  Reason,
  RecordedKind,
  Workload,
} from '../../events/event.ts'

/** Parts of an event that a record's field, or a constant, can give. */
export const fieldMeanings = {
  time: 'When it happened: RFC 3339, or s, ms, µs or ns since 1970.',
  id: 'Id of the record; without it, what is read is the id.',
  identity: 'Who acts, or gets the token.',
  identityName: 'What people call the identity.',
  tenant: 'Tenant, account, project or cluster of the identity.',
  namespace: 'Namespace of the identity.',
  workload: 'What the identity works for.',
  status: 'HTTP status.',
  authStatus: 'HTTP status of an authorizer in front of the service; it decides from 400 on.',
  result: 'Text that says whether it succeeded.',
  code: 'Why it failed, in the words of the source.',
  tokenId: 'Id of the token: joins its issuance and its uses.',
  requestId: 'Id of the request.',
  operationId: 'Id that the records of one operation share.',
  service: 'What was called.',
  resource: 'What of it.',
  tokenAgeSeconds: 'Age of the token, in seconds.',
  ttlSeconds: 'Lifetime of the token, in seconds.',
  audience: 'What the token is for.',
  latency: 'How long it took.',
  expiresAt: 'When the token ends.',
  attempt: 'Which try it was.',
  credentialId: 'Which credential asked; never the secret itself.',
  issuer: 'Issuer of the assertion that was exchanged.',
  subject: 'Subject of the assertion that was exchanged.',
  actor: 'Who made the change.',
  principal: 'Who gains or loses the role.',
  role: 'The role.',
  scope: 'Where it holds.',
  vault: 'Where the secret is kept.',
  secret: 'Name of the secret.',
  endpoint: 'The metadata endpoint.',
} as const

export type FieldName = keyof typeof fieldMeanings

export const fieldNames = Object.keys(fieldMeanings) as readonly FieldName[]

/** All of them have to hold. Without `equals` the field only has to be there. */
export interface Condition {
  readonly field: string
  readonly equals?: string | undefined
}

/** Ms in one unit of `latency`. */
export const latencyUnits = { ns: 1e-6, us: 1e-3, ms: 1, s: 1000 } as const

export type ChangeOperation = AssignmentChange['op'] | IdentityChange['op']

export interface FieldMapping {
  /** The connector's id. */
  readonly name: string
  readonly title: string
  readonly provider: Provider
  readonly kind: RecordedKind
  readonly detect: readonly Condition[]
  /** Paths of fields. */
  readonly fields: Readonly<Partial<Record<FieldName, string | undefined>>>
  /** Texts that stand for fields that the records do not have. */
  readonly constants?: Readonly<Partial<Record<FieldName, string | undefined>>> | undefined
  readonly layer: Layer
  /** Of names that no platform writes for its machines; people by default, so that no name of a person is shown. */
  readonly identityType: IdentityType
  readonly credentialType?: CredentialType | undefined
  readonly workloadKind?: Workload['kind'] | undefined
  readonly latencyUnit?: keyof typeof latencyUnits | undefined
  /** Of changes. */
  readonly operation?: ChangeOperation | undefined
  /** Values of `result` that mean success. */
  readonly success?: readonly string[] | undefined
  /** Native codes to reasons; a code that is not here is `unknown`, unless an HTTP status tells. */
  readonly codes?:
    | readonly { readonly code: string; readonly reason: Reason; readonly fault?: Fault | undefined }[]
    | undefined
}

/** What an event of each kind cannot do without, beside `time`. Where `identity` is missing it is `unknown`. */
export const neededFields: Readonly<Record<RecordedKind, readonly FieldName[]>> = {
  'token.request': ['identity'],
  'token.use': ['identity', 'service'],
  'assignment.change': ['actor', 'principal', 'role', 'scope'],
  'identity.change': ['identity', 'actor'],
  'secret.read': ['identity', 'vault', 'secret'],
  'metadata.call': ['identity', 'endpoint'],
}
