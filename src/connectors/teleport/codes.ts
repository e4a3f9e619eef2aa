/** Which events are read as what, and what their errors mean for an identity, as data. */
import type { CredentialType, IdentityChange, Reason, TokenUse } from '../../events/event.ts'

export interface Cause {
  /** Part of `error`. */
  readonly text: string
  readonly reason: Reason
  readonly decision: TokenUse['decision']
}

/** The first that is part of the error counts. */
export const causes: readonly Cause[] = [
  { text: 'did not match any allow rules', reason: 'federation_mismatch', decision: 'unauthenticated' },
  { text: 'audience', reason: 'audience_mismatch', decision: 'unauthenticated' },
  { text: 'rate limit', reason: 'throttled', decision: 'allowed' },
  { text: 'limit exceeded', reason: 'throttled', decision: 'allowed' },
  { text: 'deadline exceeded', reason: 'timeout', decision: 'allowed' },
  { text: 'i/o timeout', reason: 'network', decision: 'allowed' },
  { text: 'connection refused', reason: 'network', decision: 'allowed' },
  { text: 'no such host', reason: 'network', decision: 'allowed' },
  { text: 'lock targeting', reason: 'identity_disabled', decision: 'forbidden' },
  { text: 'locked', reason: 'identity_disabled', decision: 'forbidden' },
  { text: 'expired', reason: 'credential_expired', decision: 'unauthenticated' },
  { text: 'unauthorized device', reason: 'policy_denied', decision: 'forbidden' },
  { text: 'trusted device', reason: 'policy_denied', decision: 'forbidden' },
  { text: 'MFA', reason: 'policy_denied', decision: 'forbidden' },
  { text: 'rule evaluation', reason: 'policy_denied', decision: 'forbidden' },
  { text: 'valid principals', reason: 'permission_denied', decision: 'forbidden' },
  { text: 'denied', reason: 'permission_denied', decision: 'forbidden' },
  { text: 'does not have permission', reason: 'permission_denied', decision: 'forbidden' },
  { text: 'not allowed', reason: 'permission_denied', decision: 'forbidden' },
  { text: 'generation', reason: 'credential_invalid', decision: 'unauthenticated' },
  { text: 'signature', reason: 'credential_invalid', decision: 'unauthenticated' },
  { text: 'invalid', reason: 'credential_invalid', decision: 'unauthenticated' },
  { text: 'not match', reason: 'credential_invalid', decision: 'unauthenticated' },
  { text: 'not found', reason: 'identity_not_found', decision: 'unauthenticated' },
]

/** By the method of a join; a static token is a secret, a cloud's or pipeline's is an assertion. */
export const joinCredentials: Readonly<Record<string, CredentialType>> = {
  token: 'secret',
  bound_keypair: 'certificate',
  tpm: 'certificate',
  ec2: 'managed',
  iam: 'federated',
  azure: 'federated',
  gcp: 'federated',
  oracle: 'federated',
  kubernetes: 'federated',
  github: 'federated',
  gitlab: 'federated',
  bitbucket: 'federated',
  circleci: 'federated',
  spacelift: 'federated',
  terraform_cloud: 'federated',
  azure_devops: 'federated',
  env0: 'federated',
}

/** Events that are the use of a certificate; the service where the event does not name it. */
export const uses: Readonly<Record<string, string>> = {
  auth: 'ssh',
  'session.start': 'ssh',
  'session.rejected': 'ssh',
  'kube.request': 'kubernetes',
  'db.session.start': 'database',
  'db.session.query.failed': 'database',
  'app.session.start': 'app',
  'app.session.request': 'app',
  'app.session.dynamodb.request': 'app',
  'windows.desktop.session.start': 'windows-desktop',
}

export const identityOps: Readonly<Record<string, IdentityChange['op']>> = {
  'bot.create': 'created',
  'bot.update': 'updated',
  'bot.delete': 'deleted',
  'user.create': 'created',
  'user.update': 'updated',
  'user.delete': 'deleted',
  'workload_identity.create': 'created',
  'workload_identity.update': 'updated',
  'workload_identity.delete': 'deleted',
  'join_token.create': 'credential-added',
  'bot_token.create': 'credential-added',
  'lock.created': 'disabled',
}

/** Rules of a role change for all who have it: nobody is added or removed. */
export const roleEvents: ReadonlySet<string> = new Set(['role.created', 'role.updated', 'role.deleted'])
