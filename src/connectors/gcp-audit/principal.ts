/** Who calls, and who is given a role: service accounts, federated workloads, people. */
import type { CredentialType, Identity, IdentityType, Layer, Workload } from '../../events/event.ts'
import type { JsonObject } from '../connector.ts'
import { objects, text } from '../fields.ts'
import {
  type FederatedPrincipal,
  type Federation,
  federated,
  gkeServiceAccount,
  poolOf,
  subjectOf,
} from './federation.ts'

export interface Principal {
  readonly identity: Identity
  readonly layer: Layer
  readonly workload?: Workload | undefined
  readonly federation?: Federation | undefined
  readonly credentialType?: CredentialType | undefined
  /** Id of the service account key. */
  readonly credentialId?: string | undefined
}

const accountPrefix = 'serviceAccount:'
const userPrefix = 'user:'
const userManagedDomain = '.iam.gserviceaccount.com'

/** `service-<project number>@…`: Google's own, in projects of Google. */
function isServiceAgent(email: string): boolean {
  return email.startsWith('service-') && Number(email.slice('service-'.length, email.indexOf('@'))) > 0
}

/** `proj` of name@proj.iam.gserviceaccount.com; `proj.example.com` is the project `example.com:proj`. */
function homeProject(email: string, project: string): string {
  if (!email.endsWith(userManagedDomain) || isServiceAgent(email)) return project
  const host = email.slice(email.indexOf('@') + 1, -userManagedDomain.length)
  const dot = host.indexOf('.')
  return dot < 0 ? host : `${host.slice(dot + 1)}:${host.slice(0, dot)}`
}

/** By e-mail address or, where only that is known, by numeric id. */
export function serviceAccount(account: string, project: string): Identity {
  const at = account.indexOf('@')
  const name = at > 0 ? account.slice(0, at) : undefined
  return { id: account, name, type: 'service-account', tenant: homeProject(account, project) }
}

/** The default accounts say where their workloads run; of others the log does not tell. */
function layerOf(email: string): Layer {
  if (email.endsWith('-compute@developer.gserviceaccount.com')) return 'vm'
  if (email.endsWith('@appspot.gserviceaccount.com')) return 'serverless'
  return email.endsWith('@cloudbuild.gserviceaccount.com') ? 'cicd' : 'paas'
}

/** The external workload that acts through a service account, from the start of the chain; never a person. */
function delegateOf(chain: readonly JsonObject[]): FederatedPrincipal | undefined {
  const subject = text(chain[0]?.['principalSubject'])
  if (subject === undefined) return undefined
  if (subject.startsWith('principal://')) return federated(subject, subjectOf(subject), '')
  return gkeServiceAccount(bareAccount(subject))
}

function bareAccount(subject: string): string {
  return subject.startsWith(accountPrefix) ? subject.slice(accountPrefix.length) : subject
}

function serviceAccountCaller(caller: JsonObject, email: string, project: string): Principal {
  const gke = gkeServiceAccount(email)
  if (gke !== undefined) return { ...gke, credentialType: 'federated' }
  const key = text(caller['serviceAccountKeyName'])
  const chain = objects(caller['serviceAccountDelegationInfo'])
  const delegate = delegateOf(chain)
  const shortLived = chain.length > 0 ? 'session' : 'managed'
  return {
    identity: serviceAccount(email, project),
    layer: delegate?.workload === undefined ? layerOf(email) : delegate.layer,
    workload: delegate?.workload,
    credentialType: key === undefined ? shortLived : 'access-key',
    credentialId: key?.slice(key.lastIndexOf('/') + 1),
  }
}

function typeOf(email: string, subject: string | undefined): IdentityType {
  const isAccount = email.endsWith('.gserviceaccount.com') || subject?.startsWith(accountPrefix)
  return isAccount ? 'service-account' : 'user'
}

/** The name behind `serviceAccount:` or `user:`. */
function nameIn(subject: string | undefined): string | undefined {
  if (subject?.startsWith(accountPrefix)) return subject.slice(accountPrefix.length)
  return subject?.startsWith(userPrefix) ? subject.slice(userPrefix.length) : undefined
}

/** `undefined`: the record names nobody (Google redacts callers of denied reads, and names none for its own work). */
export function callerOf(caller: JsonObject | undefined, project: string): Principal | undefined {
  if (caller === undefined) return undefined
  const subject = text(caller['principalSubject'])
  const email = text(caller['principalEmail']) ?? nameIn(subject)
  if (email !== undefined) {
    if (typeOf(email, subject) === 'service-account') return serviceAccountCaller(caller, email, project)
    return { identity: { id: email, type: 'user', tenant: project }, layer: 'paas' }
  }
  if (subject === undefined) return undefined
  const external = subjectOf(subject)
  const who = federated(subject, external, project)
  const issuer = poolOf(subject)
  if (issuer === undefined || who.identity.type === 'user') return who
  return { ...who, federation: { issuer, subject: external }, credentialType: 'federated' }
}

/** A member of an IAM policy: `serviceAccount:a@b`, `user:…`, `group:…`, `principal://…`, `allUsers`. */
export function memberIdentity(member: string, project: string): Identity {
  const current = member.startsWith('deleted:') ? member.slice('deleted:'.length) : member
  const query = current.indexOf('?uid=')
  const bare = query < 0 ? current : current.slice(0, query)
  if (bare.startsWith(accountPrefix)) {
    const account = bareAccount(bare)
    return gkeServiceAccount(account)?.identity ?? serviceAccount(account, project)
  }
  if (bare.startsWith(userPrefix)) return { id: bare.slice(userPrefix.length), type: 'user', tenant: project }
  // A group's address names people, too.
  if (bare.startsWith('group:')) return { id: bare, type: 'user', tenant: project }
  if (bare.startsWith('principal://') || bare.startsWith('principalSet://'))
    return federated(bare, subjectOf(bare), project).identity
  // Some tools leave the prefix out: an address is then whatever addresses of its form are.
  if (bare.includes('@') && typeOf(bare, undefined) === 'user')
    return { id: bare, type: 'user', tenant: project }
  return { id: bare, type: 'unknown', tenant: project }
}
