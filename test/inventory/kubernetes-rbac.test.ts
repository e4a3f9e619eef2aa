import { describe, expect, it } from 'vitest'
import type { JsonValue } from '../../src/connectors/connector.ts'
import { inventoryOf } from '../support/inventory.ts'

const apiVersion = 'rbac.authorization.k8s.io/v1'
const checkout = 'system:serviceaccount:shop:checkout'

function role(kind: string, name: string, rules: JsonValue, namespace?: string): JsonValue {
  return { apiVersion, kind, metadata: { name, ...(namespace === undefined ? {} : { namespace }) }, rules }
}

function binding(roleKind: string, roleName: string, namespace?: string, account = 'checkout'): JsonValue {
  return {
    apiVersion,
    kind: namespace === undefined ? 'ClusterRoleBinding' : 'RoleBinding',
    metadata: { name: `${account}-${roleName}`, ...(namespace === undefined ? {} : { namespace }) },
    roleRef: { kind: roleKind, name: roleName },
    subjects: [{ kind: 'ServiceAccount', name: account, namespace: 'shop' }],
  }
}

const secrets = [{ apiGroups: [''], resources: ['secrets'], verbs: ['get'] }]

describe('Kubernetes RBAC', () => {
  it('reaches named objects, and kinds within the namespace of the binding', () => {
    const rules = [
      { resources: ['secrets'], resourceNames: ['a', 'b'], verbs: ['get'] },
      { resources: ['pods', 'pods/log'], verbs: ['get'] },
    ]
    const inventory = inventoryOf({
      apiVersion,
      kind: 'List',
      items: [role('Role', 'reader', rules, 'shop'), binding('Role', 'reader', 'shop')],
    })
    expect(inventory.grantedResources(checkout, 9)).toEqual([
      'clusters/-/namespaces/shop/pods',
      'clusters/-/namespaces/shop/secrets/a',
      'clusters/-/namespaces/shop/secrets/b',
    ])
  })

  it('reaches a kind in all namespaces by a cluster role binding, and in one by a role binding to the same role', () => {
    const wide = [role('ClusterRole', 'secrets', secrets), binding('ClusterRole', 'secrets')]
    const narrow = binding('ClusterRole', 'secrets', 'shop', 'worker')
    const named = role(
      'Role',
      'named',
      [{ resources: ['secrets'], resourceNames: ['x'], verbs: ['get'] }],
      'data',
    )
    const inventory = inventoryOf([...wide, narrow, named, binding('Role', 'named', 'data', 'third')])
    expect(inventory.granted(checkout)).toMatchObject({
      count: 3,
      resources: 2,
      wholeScopes: [{ scope: 'clusters/-/*/secrets', level: 'kind' }],
    })
    expect(inventory.granted('system:serviceaccount:shop:worker')).toMatchObject({
      count: 1,
      wholeScopes: [],
    })
  })

  it('of cluster-admin is the cluster, and of a role that is not listed something unknown', () => {
    const inventory = inventoryOf([
      binding('ClusterRole', 'cluster-admin'),
      binding('ClusterRole', 'custom', 'shop', 'worker'),
    ])
    expect(inventory.granted(checkout)).toMatchObject({ count: 1, isWide: true })
    expect(inventory.granted('system:serviceaccount:shop:worker').wholeScopes[0]?.level).toBe('unknown')
  })

  it('of groups that follow from being a service account', () => {
    const group = {
      apiVersion,
      kind: 'RoleBinding',
      metadata: { name: 'g', namespace: 'shop' },
      roleRef: { kind: 'ClusterRole', name: 'view' },
      subjects: [{ kind: 'Group', name: 'system:serviceaccounts:shop' }],
    }
    const account = {
      apiVersion: 'v1',
      kind: 'ServiceAccount',
      metadata: { namespace: 'shop', name: 'checkout' },
    }
    expect(inventoryOf([group, account]).granted(checkout).wholeScopes).toEqual([
      { scope: 'clusters/-/namespaces/shop', level: 'group' },
    ])
  })

  it('to create tokens acts as the accounts there; to run pods, too, conditionally', () => {
    const account = (name: string) => ({
      apiVersion: 'v1',
      kind: 'ServiceAccount',
      metadata: { namespace: 'data', name },
    })
    const tokens = role(
      'Role',
      'tokens',
      [{ resources: ['serviceaccounts/token'], resourceNames: ['one'], verbs: ['create'] }],
      'data',
    )
    const pods = role('Role', 'pods', [{ resources: ['pods'], verbs: ['*'] }], 'data')
    const inventory = inventoryOf([
      account('one'),
      account('two'),
      tokens,
      pods,
      binding('Role', 'tokens', 'data'),
      binding('Role', 'pods', 'data', 'worker'),
    ])
    expect([...inventory.chain(checkout)]).toEqual([['system:serviceaccount:data:one', { isCertain: true }]])
    expect([...inventory.chain('system:serviceaccount:shop:worker').values()]).toEqual([
      { isCertain: false },
      { isCertain: false },
    ])
  })
})
