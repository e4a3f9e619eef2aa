/** What a few built-in roles of the providers mean beyond their scope, as data. */

/** Their holder can act as every identity within the scope. */
export const actsAsRoles: ReadonlySet<string> = new Set([
  // Azure: Owner, Contributor, Managed Identity Operator, Managed Identity Contributor, Virtual Machine Contributor.
  '8e3af657-a8ff-443c-a75c-2fe8c4bcb635',
  'b24988ac-6180-42a0-ab88-20f7382dd24c',
  'f1a07417-d97a-45cb-824c-7a7467783830',
  'e40ec5ca-96e0-45a2-b4ff-59039f2c2b59',
  '9980e02c-c2be-4d73-94e8-173b1dc7cf3c',
  // Google Cloud.
  'roles/owner',
  'roles/editor',
  'roles/iam.serviceAccountAdmin',
  'roles/iam.serviceAccountKeyAdmin',
  'roles/iam.serviceAccountTokenCreator',
  'roles/iam.serviceAccountUser',
  'roles/iam.workloadIdentityUser',
])

/** Kubernetes: these reach everything where they are bound, and need not be in the inventory. */
export const broadClusterRoles: ReadonlySet<string> = new Set([
  'ClusterRole/cluster-admin',
  'ClusterRole/admin',
  'ClusterRole/edit',
  'ClusterRole/view',
])
