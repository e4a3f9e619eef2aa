/** Recorded changes and the providers' own lists, read each by its own code, meet in one spelling. */
import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { defaultPseudonymKey } from '../../../src/app/attribution.ts'
import type { JsonValue } from '../../../src/connectors/connector.ts'
import { defaultPseudonymPolicy } from '../../../src/events/pseudonyms.ts'
import type { HeldGrant } from '../../../src/inventory/drift/held-grant.ts'
import { pseudonymous } from '../../../src/inventory/pseudonymous.ts'
import { keyedPseudonym } from '../../../src/platform/pseudonym.ts'
import { aBaseline, aListing, changesIn } from '../../support/drift.ts'
import { read, subscription } from '../../support/inventory.ts'

const connectors = new URL('../../../src/connectors/', import.meta.url)

function recorded(fixture: string) {
  return changesIn(readFileSync(new URL(fixture, connectors)))
}

function listed(document: JsonValue, tenant = ''): readonly HeldGrant[] {
  const facts = pseudonymous(
    read(document, tenant).facts,
    defaultPseudonymPolicy,
    keyedPseudonym(defaultPseudonymKey),
  )
  return [...aListing({ source: 's', takenAt: 0, facts }).grants.values()].flat()
}

/** What each change is against a baseline of the list: `granted role`, with `!` where it is unexpected. */
function judged(fixture: string, document: JsonValue, tenant = ''): readonly string[] {
  const baseline = aBaseline(listed(document, tenant))
  return recorded(fixture).map(
    ({ change, raw }) =>
      `${baseline.accountFor(change, raw) === undefined ? '!' : ''}${change.op} ${change.role}`,
  )
}

describe('a baseline of what lists say knows the changes that events tell', () => {
  it('Azure: ids of roles with or without their path, scopes in any letter case', () => {
    const row = {
      id: `${subscription}/resourceGroups/acme-prod/providers/Microsoft.Authorization/roleAssignments/4D0C7E1A`,
      principalId: 'B64E0F3A-5D28-4C19-8F77-0A9D31C2E585',
      principalType: 'ServicePrincipal',
      roleDefinitionId: `${subscription}/providers/Microsoft.Authorization/roleDefinitions/4633458B-17DE-408A-B874-0445C86B69E6`,
      roleDefinitionName: 'Storage Blob Data Reader',
      scope: `${subscription}/resourceGroups/ACME-prod`,
    }
    const granted = 'azure-activity/fixtures/role-assignment-body-is-json-in-a-string.ndjson'
    const removed = 'azure-activity/fixtures/removed-assignment-stands-in-the-answer-only.json'
    const id = '4633458b-17de-408a-b874-0445c86b69e6'
    expect(new Set(judged(granted, [row]))).toEqual(new Set([`granted ${id}`]))
    expect(judged(removed, [row])).toEqual([`!removed ${id}`])
    expect(judged(removed, [])).toEqual([`removed ${id}`])
    const unknown = 'azure-activity/fixtures/assignment-without-a-body-has-an-unknown-principal.json'
    expect(judged(unknown, [row])).toEqual(['!granted unknown'])
  })

  it('AWS: roles without their path, policies of AWS and inline ones, members of groups', () => {
    const account = {
      UserDetailList: [
        { Arn: 'arn:aws:iam::111122223333:user/jane.doe', UserName: 'jane.doe', GroupList: ['analysts'] },
      ],
      GroupDetailList: [
        {
          Arn: 'arn:aws:iam::111122223333:group/analysts',
          GroupName: 'analysts',
          GroupPolicyList: [{ PolicyName: 'athena', PolicyDocument: { Statement: [] } }],
        },
      ],
      RoleDetailList: [
        {
          Arn: 'arn:aws:iam::111122223333:role/shop/acme-checkout',
          RoleName: 'acme-checkout',
          RolePolicyList: [{ PolicyName: 'orders-table', PolicyDocument: { Statement: [] } }],
          AttachedManagedPolicies: [{ PolicyArn: 'arn:aws:iam::aws:policy/ReadOnlyAccess' }],
        },
      ],
      Policies: [],
    }
    expect(judged('aws-cloudtrail/fixtures/changes-of-rights.ndjson', account).slice(0, 9)).toEqual([
      'granted arn:aws:iam::aws:policy/ReadOnlyAccess',
      '!removed arn:aws:iam::aws:policy/ReadOnlyAccess',
      'granted orders-table',
      '!removed orders-table',
      '!changed trust-policy',
      '!changed permissions-boundary',
      // To the user, who has it by no list.
      '!granted arn:aws:iam::aws:policy/ReadOnlyAccess',
      'granted athena',
      'granted analysts',
    ])
  })

  it('Google Cloud: members of every type, full names of resources', () => {
    const bindings = [
      {
        role: 'roles/storage.objectViewer',
        members: ['serviceAccount:checkout@acme-prod.iam.gserviceaccount.com'],
      },
      { role: 'roles/owner', members: ['user:ana@acme.example'] },
      { role: 'roles/run.invoker', members: ['allUsers'] },
      {
        role: 'roles/iam.workloadIdentityUser',
        members: [
          'serviceAccount:acme-prod.svc.id.goog[shop/checkout]',
          'principal://iam.googleapis.com/projects/100000000001/locations/global/workloadIdentityPools/github/subject/repo:acme/shop:ref:refs/heads/main',
        ],
      },
      {
        role: 'roles/editor',
        members: ['deleted:serviceAccount:old@acme-prod.iam.gserviceaccount.com?uid=100000000000000000077'],
      },
      {
        role: 'roles/viewer',
        members: [
          'group:sre@acme.example',
          'principalSet://iam.googleapis.com/projects/100000000001/locations/global/workloadIdentityPools/github/attribute.repository/acme/shop',
        ],
      },
    ]
    const row = { resource: '//cloudresourcemanager.googleapis.com/projects/acme-prod', policy: { bindings } }
    expect(judged('gcp-audit/fixtures/one-policy-change-for-each-binding-delta.json', [row])).toEqual([
      'granted roles/storage.objectViewer',
      '!removed roles/owner',
      'granted roles/viewer',
      'granted roles/run.invoker',
      'granted roles/iam.workloadIdentityUser',
      '!removed roles/editor',
      'granted roles/iam.workloadIdentityUser',
      'granted roles/viewer',
    ])
  })

  it('Kubernetes: subjects of bindings, and deletions that name the binding only', () => {
    const clusterBinding = {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'ClusterRoleBinding',
      metadata: { name: 'checkout-admin' },
      roleRef: { kind: 'ClusterRole', name: 'cluster-admin' },
      subjects: [
        { kind: 'ServiceAccount', name: 'checkout', namespace: 'shop' },
        { kind: 'User', name: 'ana@acme.example' },
        { kind: 'Group', name: 'platform-team' },
        { kind: 'Group', name: 'sre@acme.example' },
      ],
    }
    const binding = {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'RoleBinding',
      metadata: { name: 'checkout-view', namespace: 'shop' },
      roleRef: { kind: 'ClusterRole', name: 'view' },
      subjects: [{ kind: 'ServiceAccount', name: 'checkout' }],
    }
    const created = 'kubernetes-audit/fixtures/a-binding-names-its-subjects.json'
    expect(judged(created, [clusterBinding])).toEqual(Array(4).fill('granted ClusterRole/cluster-admin'))
    expect(judged(created, [binding])).toEqual(Array(4).fill('!granted ClusterRole/cluster-admin'))
    const deleted = 'kubernetes-audit/fixtures/a-binding-was-removed.ndjson'
    expect(judged(deleted, [binding])).toEqual([
      '!removed RoleBinding/shop/checkout-view',
      '!removed RoleBinding/shop/*',
    ])
    expect(judged(deleted, [clusterBinding])).toEqual([
      'removed RoleBinding/shop/checkout-view',
      'removed RoleBinding/shop/*',
    ])
    // Another cluster's binding of the same name is another right.
    expect(judged(created, [clusterBinding], 'other')[0]).toBe('!granted ClusterRole/cluster-admin')
  })
})
