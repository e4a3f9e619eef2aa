/** What SQLSTATEs and the words beside them mean for an identity, as data. */
import type { CredentialType, Reason, TokenUse } from '../../events/event.ts'

export interface Verdict {
  readonly decision: TokenUse['decision']
  readonly reason: Reason
}

export interface Cause extends Verdict {
  /** Part of the message or of its detail. */
  readonly text: string
}

/** Codes that say what happened without the words beside them, which may be in the server's language. */
export const verdicts: Readonly<Record<string, Verdict>> = {
  // invalid_password
  '28P01': { decision: 'unauthenticated', reason: 'credential_invalid' },
  // invalid_authorization_specification
  '28000': { decision: 'unauthenticated', reason: 'credential_invalid' },
  // insufficient_privilege
  '42501': { decision: 'forbidden', reason: 'permission_denied' },
  // too_many_connections
  '53300': { decision: 'allowed', reason: 'throttled' },
  // cannot_connect_now: starting up, shutting down, in recovery
  '57P03': { decision: 'allowed', reason: 'platform_error' },
}

/** Looked at for 28P01 and 28000, the more specific first. */
export const causes: readonly Cause[] = [
  { text: 'no pg_hba.conf entry', decision: 'forbidden', reason: 'policy_denied' },
  { text: 'pg_hba.conf rejects', decision: 'forbidden', reason: 'policy_denied' },
  { text: 'is not permitted to log in', decision: 'forbidden', reason: 'identity_disabled' },
  { text: 'access token not valid for role', decision: 'forbidden', reason: 'permission_denied' },
  { text: 'access token has expired', decision: 'unauthenticated', reason: 'token_expired' },
  { text: 'token is expired', decision: 'unauthenticated', reason: 'token_expired' },
  { text: 'has an expired password', decision: 'unauthenticated', reason: 'credential_expired' },
  { text: 'has no password assigned', decision: 'unauthenticated', reason: 'misconfigured_caller' },
  { text: 'does not exist', decision: 'unauthenticated', reason: 'identity_not_found' },
]

/** Failures of the authentication itself that have any other code. */
export const authenticationFailures: Readonly<Record<string, Verdict>> = {
  // protocol_violation: a malformed OAUTHBEARER or SCRAM message
  '08P01': { decision: 'unauthenticated', reason: 'misconfigured_caller' },
  // query_canceled: authentication_timeout passed
  '57014': { decision: 'allowed', reason: 'timeout' },
  // config_file_error, internal_error, io_error: pg_hba.conf or a validator cannot be loaded
  F0000: { decision: 'allowed', reason: 'platform_error' },
  XX000: { decision: 'allowed', reason: 'platform_error' },
  '58030': { decision: 'allowed', reason: 'platform_error' },
  '58P01': { decision: 'allowed', reason: 'platform_error' },
}

/** The connection was refused, and the code is not in any table. */
export const unexplained: Verdict = { decision: 'unauthenticated', reason: 'unknown' }

/** Where a line has no code (Cloud SQL), its words stand for one. */
export const codesByWords: readonly { readonly text: string; readonly code: string }[] = [
  { text: 'password authentication failed', code: '28P01' },
  { text: 'authentication failed', code: '28000' },
  { text: 'pg_hba.conf', code: '28000' },
  { text: 'is not permitted to log in', code: '28000' },
  { text: 'permission denied', code: '42501' },
  { text: 'too many connections', code: '53300' },
  { text: 'too many clients', code: '53300' },
  { text: 'remaining connection slots', code: '53300' },
  { text: 'the database system is', code: '57P03' },
]

/** By the method that the failure names: managed databases take the cloud's tokens for passwords. */
export const credentialTypes: readonly { readonly text: string; readonly type: CredentialType }[] = [
  { text: 'password authentication failed', type: 'password' },
  { text: 'LDAP authentication failed', type: 'password' },
  { text: 'RADIUS authentication failed', type: 'password' },
  { text: 'certificate authentication failed', type: 'certificate' },
  { text: 'valid client certificate', type: 'certificate' },
  { text: 'OAuth bearer authentication failed', type: 'federated' },
  { text: 'Cloud SQL IAM', type: 'federated' },
  { text: 'access token', type: 'federated' },
]

/** Accounts that managed databases are run with. */
export const providersAccounts: ReadonlySet<string> = new Set([
  'azuresu',
  'azure_superuser',
  'cloudsqladmin',
  'cloudsqlagent',
  'rdsadmin',
  'rdsrepladmin',
])
