/** Whose token an entry is about, from what Vault knows of it: the same at login and at each use. */
import type { Identity, Layer, Workload } from '../../events/event.ts'
import type { JsonObject, JsonValue } from '../connector.ts'
import { object, text } from '../fields.ts'
import { type NamedIdentity, namedIdentity } from '../named-identity.ts'

export interface Holder {
  readonly identity: Identity
  readonly layer: Layer
  readonly workload?: Workload | undefined
}

/** Values that the audit device has hashed name nobody. */
export function plain(value: JsonValue | undefined): string | undefined {
  const written = text(value)
  return written?.startsWith('hmac-sha256:') ? undefined : written
}

export function holderOf(identity: Identity): Holder {
  return { identity, layer: 'paas' }
}

export function personOf(id: string, tenant: string): Holder {
  return holderOf({ id, type: 'user', tenant })
}

/** Policies, roles and groups are named after people at times, by address: those are theirs, and shown as nobody's. */
export function namedAfterPerson(name: string): boolean {
  return name.includes('@')
}

/** An AppRole, or the role of another auth method that a login was for. */
export function roleOf(kind: 'approle' | 'role', name: string, tenant: string): Identity {
  if (namedAfterPerson(name)) return { id: `${kind}/${name}`, type: 'user', tenant }
  return { id: `${kind}/${name}`, name, type: 'role', tenant }
}

/** Where a workload is named by its platform: Kubernetes, AWS, Google Cloud. */
function platformName(metadata: JsonObject): string | undefined {
  const account = plain(metadata['service_account_name'])
  const namespace = plain(metadata['service_account_namespace'])
  if (account !== undefined && namespace !== undefined) return `system:serviceaccount:${namespace}:${account}`
  return (
    plain(metadata['canonical_arn']) ??
    plain(metadata['client_arn']) ??
    plain(metadata['service_account_email'])
  )
}

/** How names of machines begin that a JWT login puts behind the mount's name: `jwt-repo:acme/shop:ref:…`. */
const subjectMarks = ['repo:', 'project_path:', 'system:serviceaccount:', 'spiffe://']

function subjectIn(displayName: string): NamedIdentity | undefined {
  for (const mark of subjectMarks) {
    const at = displayName.indexOf(mark)
    if (at >= 0) return namedIdentity(displayName.slice(at))
  }
  return undefined
}

/** Display names begin with the auth method's mount, by default its type. */
const peoplesMounts = ['oidc-', 'saml-', 'ldap-', 'okta-', 'userpass-', 'github-', 'radius-']

function isPerson(metadata: JsonObject, displayName: string): boolean {
  if (metadata['email'] !== undefined || displayName.includes('@')) return true
  return peoplesMounts.some((mount) => displayName.startsWith(mount))
}

function byMetadata(metadata: JsonObject, tenant: string): Holder | undefined {
  const name = platformName(metadata)
  const named = name === undefined ? undefined : namedIdentity(name)
  if (named !== undefined) return named
  const approle = plain(metadata['role_name'])
  if (approle !== undefined) return holderOf(roleOf('approle', approle, tenant))
  const certificate = plain(metadata['cert_name'])
  const isPersonal = text(metadata['common_name'])?.includes('@') === true
  if (certificate === undefined || isPersonal) return undefined
  return holderOf({ id: `cert/${certificate}`, name: certificate, type: 'service-account', tenant })
}

function byRole(metadata: JsonObject, tenant: string): Holder | undefined {
  const role = plain(metadata['role'])
  if (role === undefined) return undefined
  const vm = plain(metadata['vm_name'])
  const identity = roleOf('role', role, tenant)
  return vm === undefined ? holderOf(identity) : { identity, layer: 'vm', workload: { kind: 'vm', name: vm } }
}

/** Who holds the token; `undefined` where the entry has none, or one that Vault does not know. */
export function tokenHolder(auth: JsonObject | undefined, tenant: string): Holder | undefined {
  if (auth === undefined) return undefined
  const metadata = object(auth['metadata']) ?? {}
  const displayName = plain(auth['display_name']) ?? ''
  const entity = plain(auth['entity_id'])
  const certain = byMetadata(metadata, tenant) ?? subjectIn(displayName)
  if (certain !== undefined) return certain
  const username = plain(metadata['username'])
  if (username !== undefined) return personOf(username, tenant)
  if (isPerson(metadata, displayName)) return personOf(entity ?? displayName, tenant)
  const role = byRole(metadata, tenant)
  if (role !== undefined) return role
  if (entity !== undefined) return holderOf({ id: entity, type: 'unknown', tenant })
  // Tokens that no login gave: the root token, and those made with it, whose further names may be a person's.
  if (displayName === 'root') return holderOf({ id: 'root', name: 'root', type: 'unknown', tenant })
  if (displayName === 'token' || displayName.startsWith('token-'))
    return holderOf({ id: 'token', type: 'unknown', tenant })
  return auth['accessor'] === undefined ? undefined : holderOf({ id: 'unknown', type: 'unknown', tenant })
}
