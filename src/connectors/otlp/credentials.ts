/** Kinds of credentials by the names that SDKs give them. */
import type { CredentialType } from '../../events/event.ts'

const types: ReadonlyMap<string, CredentialType> = new Map<string, CredentialType>([
  // Our own words.
  ['managed', 'managed'],
  ['federated', 'federated'],
  ['certificate', 'certificate'],
  ['secret', 'secret'],
  ['access-key', 'access-key'],
  ['session', 'session'],
  ['password', 'password'],
  // Azure: classes of @azure/identity and its siblings in other languages.
  ['managedidentitycredential', 'managed'],
  ['imdscredential', 'managed'],
  ['workloadidentitycredential', 'federated'],
  ['clientassertioncredential', 'federated'],
  ['azurepipelinescredential', 'federated'],
  ['clientsecretcredential', 'secret'],
  ['clientcertificatecredential', 'certificate'],
  ['certificatecredential', 'certificate'],
  ['usernamepasswordcredential', 'password'],
  // AWS: what the SDK for JavaScript says of where credentials came from.
  ['imds', 'managed'],
  ['http', 'managed'],
  ['container', 'managed'],
  ['env_vars', 'access-key'],
  ['profile', 'access-key'],
  ['code', 'access-key'],
  ['sts_assume_role', 'session'],
  ['sts_session_token', 'session'],
  ['profile_source_profile', 'session'],
  ['sts_assume_role_web_id', 'federated'],
  ['env_vars_sts_web_id_token', 'federated'],
  ['sts_assume_role_saml', 'federated'],
  ['frominstancemetadata', 'managed'],
  ['fromcontainermetadata', 'managed'],
  ['fromhttp', 'managed'],
  ['fromenv', 'access-key'],
  ['fromtokenfile', 'federated'],
  ['fromwebtoken', 'federated'],
  // Google: classes of google-auth-library.
  ['compute', 'managed'],
  ['identitypoolclient', 'federated'],
  ['awsclient', 'federated'],
  ['jwt', 'access-key'],
  ['impersonated', 'session'],
])

/** The first of the names that is known. */
export function credentialTypeOf(...names: readonly (string | undefined)[]): CredentialType | undefined {
  for (const name of names) {
    const type = name === undefined ? undefined : types.get(name.toLowerCase())
    if (type !== undefined) return type
  }
  return undefined
}

/** What leaks, does not rotate by itself, and a managed identity replaces. */
export const staticCredentials: readonly CredentialType[] = [
  'secret',
  'access-key',
  'password',
  'certificate',
]

/** What a developer is signed in with on a machine of their own. */
export const peopleCredentials = [
  'AzureCliCredential',
  'AzureDeveloperCliCredential',
  'AzurePowerShellCredential',
  'VisualStudioCodeCredential',
  'InteractiveBrowserCredential',
  'DeviceCodeCredential',
  'UsernamePasswordCredential',
  'BrokerCredential',
]
