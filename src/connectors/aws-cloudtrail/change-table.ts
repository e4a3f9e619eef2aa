/** Which calls change identities and their rights, as data. */
import type { AssignmentChange, IdentityChange } from '../../events/event.ts'

/** Whom a change is about, and so where the record names it. */
export type Subject =
  | 'role'
  | 'user'
  | 'group'
  | 'policy'
  | 'target'
  | 'service-account'
  | 'oidc-provider'
  | 'saml-provider'
  | 'trust-anchor'

/** What is granted or taken: a field of `requestParameters`, or a fixed name where there is only one. */
export type Right =
  | {
      readonly field:
        | 'policyArn'
        | 'policyName'
        | 'policyId'
        | 'groupName'
        | 'permissionsBoundary'
        | 'roleArn'
    }
  | { readonly fixed: string }

export interface AssignmentRow {
  readonly service: string
  readonly subject: Subject
  readonly op: AssignmentChange['op']
  readonly right: Right
}

export interface IdentityRow {
  readonly service: string
  readonly subject: Subject
  readonly op: IdentityChange['op']
}

export type ChangeRow = AssignmentRow | IdentityRow

type Op = AssignmentChange['op']

function right(service: string, subject: Subject, op: Op, granted: Right): AssignmentRow {
  return { service, subject, op, right: granted }
}

function identity(subject: Subject, op: IdentityChange['op'], service = 'iam'): IdentityRow {
  return { service, subject, op }
}

const attached: Right = { field: 'policyArn' }
const inline: Right = { field: 'policyName' }
const membership: Right = { field: 'groupName' }
const boundary: Right = { fixed: 'permissions-boundary' }
const policyText: Right = { fixed: 'policy-document' }

/** By event name; the service is checked, too: `AttachPolicy` is also IoT's. */
export const changeRows: ReadonlyMap<string, ChangeRow> = new Map<string, ChangeRow>([
  ['AttachRolePolicy', right('iam', 'role', 'granted', attached)],
  ['DetachRolePolicy', right('iam', 'role', 'removed', attached)],
  // Creates or replaces: the record does not say which.
  ['PutRolePolicy', right('iam', 'role', 'granted', inline)],
  ['DeleteRolePolicy', right('iam', 'role', 'removed', inline)],
  ['AttachUserPolicy', right('iam', 'user', 'granted', attached)],
  ['DetachUserPolicy', right('iam', 'user', 'removed', attached)],
  ['PutUserPolicy', right('iam', 'user', 'granted', inline)],
  ['DeleteUserPolicy', right('iam', 'user', 'removed', inline)],
  ['AttachGroupPolicy', right('iam', 'group', 'granted', attached)],
  ['DetachGroupPolicy', right('iam', 'group', 'removed', attached)],
  ['PutGroupPolicy', right('iam', 'group', 'granted', inline)],
  ['DeleteGroupPolicy', right('iam', 'group', 'removed', inline)],
  ['AddUserToGroup', right('iam', 'user', 'granted', membership)],
  ['RemoveUserFromGroup', right('iam', 'user', 'removed', membership)],
  ['UpdateAssumeRolePolicy', right('iam', 'role', 'changed', { fixed: 'trust-policy' })],
  ['PutRolePermissionsBoundary', right('iam', 'role', 'changed', boundary)],
  ['DeleteRolePermissionsBoundary', right('iam', 'role', 'changed', boundary)],
  ['PutUserPermissionsBoundary', right('iam', 'user', 'changed', boundary)],
  ['DeleteUserPermissionsBoundary', right('iam', 'user', 'changed', boundary)],
  // Whoever has the policy attached is meant: the record names the policy only.
  ['CreatePolicyVersion', right('iam', 'policy', 'changed', policyText)],
  ['SetDefaultPolicyVersion', right('iam', 'policy', 'changed', policyText)],
  // Service control policies: `targetId` is a root, a unit or an account.
  ['AttachPolicy', right('organizations', 'target', 'changed', { field: 'policyId' })],
  ['DetachPolicy', right('organizations', 'target', 'changed', { field: 'policyId' })],
  ['CreatePodIdentityAssociation', right('eks', 'service-account', 'granted', { field: 'roleArn' })],
  ['UpdatePodIdentityAssociation', right('eks', 'service-account', 'changed', { field: 'roleArn' })],
  ['DeletePodIdentityAssociation', right('eks', 'service-account', 'removed', { field: 'roleArn' })],

  ['CreateRole', identity('role', 'created')],
  ['CreateServiceLinkedRole', identity('role', 'created')],
  ['UpdateRole', identity('role', 'updated')],
  ['AddRoleToInstanceProfile', identity('role', 'updated')],
  ['RemoveRoleFromInstanceProfile', identity('role', 'updated')],
  ['DeleteRole', identity('role', 'deleted')],
  ['DeleteServiceLinkedRole', identity('role', 'deleted')],
  ['CreateUser', identity('user', 'created')],
  ['UpdateUser', identity('user', 'updated')],
  ['DeleteUser', identity('user', 'deleted')],
  ['CreateAccessKey', identity('user', 'credential-added')],
  ['DeleteAccessKey', identity('user', 'credential-removed')],
  // Only a status that is set to Inactive takes the key away: see changes.ts.
  ['UpdateAccessKey', identity('user', 'credential-added')],
  ['CreateLoginProfile', identity('user', 'credential-added')],
  ['UpdateLoginProfile', identity('user', 'updated')],
  ['DeleteLoginProfile', identity('user', 'credential-removed')],
  ['CreateServiceSpecificCredential', identity('user', 'credential-added')],
  ['DeleteServiceSpecificCredential', identity('user', 'credential-removed')],
  ['UploadSSHPublicKey', identity('user', 'credential-added')],
  ['DeleteSSHPublicKey', identity('user', 'credential-removed')],
  ['UploadSigningCertificate', identity('user', 'credential-added')],
  ['DeleteSigningCertificate', identity('user', 'credential-removed')],
  ['CreateOpenIDConnectProvider', identity('oidc-provider', 'created')],
  ['UpdateOpenIDConnectProviderThumbprint', identity('oidc-provider', 'updated')],
  ['AddClientIDToOpenIDConnectProvider', identity('oidc-provider', 'updated')],
  ['RemoveClientIDFromOpenIDConnectProvider', identity('oidc-provider', 'updated')],
  ['DeleteOpenIDConnectProvider', identity('oidc-provider', 'deleted')],
  ['CreateSAMLProvider', identity('saml-provider', 'created')],
  ['UpdateSAMLProvider', identity('saml-provider', 'updated')],
  ['DeleteSAMLProvider', identity('saml-provider', 'deleted')],
  ['CreateTrustAnchor', identity('trust-anchor', 'created', 'rolesanywhere')],
  ['UpdateTrustAnchor', identity('trust-anchor', 'updated', 'rolesanywhere')],
  ['EnableTrustAnchor', identity('trust-anchor', 'enabled', 'rolesanywhere')],
  ['DisableTrustAnchor', identity('trust-anchor', 'disabled', 'rolesanywhere')],
  ['DeleteTrustAnchor', identity('trust-anchor', 'deleted', 'rolesanywhere')],
])
