/** OCSF's numbers, and codes of sources that are commonly delivered in it, as data. */
import type { AssignmentChange, IdentityChange, Provider, Reason } from '../../events/event.ts'

export const classes = {
  accountChange: 3001,
  authentication: 3002,
  authorizeSession: 3003,
  apiActivity: 6003,
} as const

/** Activities of Authentication that ask for nothing: logoff, a stage before, a switch of accounts on one machine. */
export const logoff = 2
export const serviceTicketRenew = 5
export const preauth = 6
export const accountSwitch = 7

/** Activities of Account Change. Where OCSF calls it a lock, the account cannot be used until it is unlocked. */
export const identityOps: Readonly<Record<number, IdentityChange['op']>> = {
  1: 'created',
  2: 'enabled',
  3: 'credential-added',
  4: 'credential-added',
  5: 'disabled',
  6: 'deleted',
  9: 'disabled',
  10: 'updated',
  11: 'updated',
  12: 'enabled',
}

export const assignmentOps: Readonly<Record<number, AssignmentChange['op']>> = {
  7: 'granted',
  8: 'removed',
}

/** `user.type_id`: what OCSF itself says about a user. */
export const systemUser = 3
export const serviceUser = 4

/** `user.type` and `account.type` of machines, in lower case without spaces; the field is the source's own text. */
export const machineTypes: ReadonlySet<string> = new Set([
  'service',
  'serviceaccount',
  'serviceprincipal',
  'serviceuser',
  'application',
  'app',
  'appinstance',
  'apikey',
  'apitoken',
  'managedidentity',
  'publicclientapp',
  'workload',
  'machine',
  'bot',
  'githubapp',
  'awsiamrole',
])

/** Names and ids that stand for nobody. */
export const placeholders: ReadonlySet<string> = new Set([
  '',
  "''",
  '-',
  'NULL SID',
  'S-1-0-0',
  '0x0',
  'null',
])

/** Accounts of an operating system itself. */
export const wellKnownSids: ReadonlySet<string> = new Set(['S-1-5-7', 'S-1-5-18', 'S-1-5-19', 'S-1-5-20'])

/** By `metadata.product.vendor_name` or `.name`, in lower case: the first one that stands in either. */
export const providersByProduct: readonly (readonly [part: string, provider: Provider])[] = [
  ['okta', 'okta'],
  ['auth0', 'auth0'],
  ['github', 'github'],
  ['teleport', 'teleport'],
  ['keycloak', 'keycloak'],
  ['ping', 'ping'],
  ['vault', 'vault'],
  ['kubernetes', 'kubernetes'],
  ['amazon eks', 'kubernetes'],
  ['entra', 'azure'],
  ['azure', 'azure'],
  ['google', 'gcp'],
  ['aws', 'aws'],
  ['amazon', 'aws'],
]

/** `status_detail` as OCSF names it, and codes of Windows logons and of Kerberos, in lower case. */
export const failureReasons: ReadonlyMap<string, Reason> = new Map<string, Reason>([
  ['user_does_not_exist', 'identity_not_found'],
  ['invalid_credentials', 'credential_invalid'],
  ['account_disabled', 'identity_disabled'],
  ['account_locked_out', 'policy_denied'],
  ['password_expired', 'credential_expired'],
  ['accessdenied', 'permission_denied'],
  ['access_denied', 'permission_denied'],
  ['forbidden', 'permission_denied'],
  ['unauthorized', 'credential_invalid'],
  ['0xc000005e', 'platform_error'],
  ['0xc0000064', 'identity_not_found'],
  ['0xc000006a', 'credential_invalid'],
  ['0xc000006d', 'credential_invalid'],
  ['0xc000006e', 'policy_denied'],
  ['0xc000006f', 'policy_denied'],
  ['0xc0000070', 'policy_denied'],
  ['0xc0000071', 'credential_expired'],
  ['0xc0000072', 'identity_disabled'],
  ['0xc0000133', 'misconfigured_caller'],
  ['0xc000015b', 'permission_denied'],
  ['0xc0000193', 'identity_disabled'],
  ['0xc0000224', 'credential_expired'],
  ['0xc0000234', 'policy_denied'],
  ['0x6', 'identity_not_found'],
  ['0x7', 'identity_not_found'],
  ['0x12', 'identity_disabled'],
  ['0x17', 'credential_expired'],
  ['0x18', 'credential_invalid'],
  ['0x20', 'token_expired'],
  ['0x25', 'misconfigured_caller'],
])
