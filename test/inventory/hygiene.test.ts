import { describe, expect, it } from 'vitest'
import type { Inventory } from '../../src/inventory/inventory.ts'
import { aTokenUse } from '../support/event.ts'
import {
  anAccount,
  anAssignment,
  aRole,
  aVault,
  inventoryOf,
  roleArn,
  takenAt,
} from '../support/inventory.ts'

const day = 86_400_000
const found = (inventory: Inventory, now = takenAt) =>
  inventory.findings(now).map(({ kind, identity, message }) => [kind, identity, message])

describe('hygiene', () => {
  it('finds an assignment whose principal is no longer in the directory', () => {
    const gone = anAssignment('app-1', aVault('shop', 'kv'), undefined, { principalName: '' })
    expect(found(inventoryOf([gone]))).toEqual([
      ['deleted-but-assigned', 'app-1', 'is deleted and still holds 1 right'],
    ])
  })

  it('finds a disabled service principal with rights, and its secrets by age and end', () => {
    const principal = {
      id: 'app-1',
      appId: 'a',
      servicePrincipalType: 'Application',
      accountEnabled: false,
      passwordCredentials: [
        { keyId: '1', startDateTime: '2026-06-01T00:00:00Z', endDateTime: '2026-06-20T00:00:00Z' },
        { keyId: '2', startDateTime: '2025-01-01T00:00:00Z', endDateTime: '2030-01-01T00:00:00Z' },
        { keyId: '3', startDateTime: '2024-01-01T00:00:00Z', endDateTime: '2026-06-05T00:00:00Z' },
      ],
    }
    expect(found(inventoryOf([anAssignment('app-1', aVault('shop', 'kv'))], [principal]))).toEqual([
      ['disabled-but-assigned', 'app-1', 'is disabled and still holds 1 right'],
      ['credential-expires-soon', 'app-1', 'secret expires in 5 days'],
      ['static-key-old', 'app-1', 'secret is 530 days old'],
      ['credential-expired', 'app-1', 'secret expired 10 days ago'],
    ])
  })

  it('finds roles that are not used, only where something tells their use', () => {
    const role = (name: string, more = {}) => aRole({ name, more })
    const used = (date: string) => ({ RoleLastUsed: { LastUsedDate: date } })
    const roles = [
      role('silent'),
      role('never', { RoleLastUsed: {} }),
      role('idle', used('2026-01-01T00:00:00Z')),
      role('busy', used('2026-06-14T00:00:00Z')),
    ]
    const inventory = inventoryOf(anAccount(...roles))
    expect(found(inventory)).toEqual([
      ['never-used', roleArn('never'), 'holds 1 right and was never used'],
      ['never-used', roleArn('idle'), 'holds 1 right and was last used 165 days ago'],
    ])
    const identity = { id: roleArn('idle'), type: 'role', tenant: '111122223333' } as const
    inventory.apply(aTokenUse({ provider: 'aws', identity, time: takenAt - day }))
    expect(found(inventory)).toHaveLength(1)
  })

  it('finds rights of a Kubernetes service account that does not exist', () => {
    const binding = {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'RoleBinding',
      metadata: { name: 'b', namespace: 'shop' },
      roleRef: { kind: 'ClusterRole', name: 'view' },
      subjects: [
        { kind: 'ServiceAccount', name: 'gone' },
        { kind: 'ServiceAccount', name: 'here' },
      ],
    }
    const account = {
      apiVersion: 'v1',
      kind: 'ServiceAccount',
      metadata: { namespace: 'shop', name: 'here' },
    }
    const gone = ['assigned-to-nobody', 'system:serviceaccount:shop:gone', 'does not exist and holds 1 right']
    expect(found(inventoryOf(binding, account))).toEqual([gone])
    expect(found(inventoryOf(binding))).toEqual([])
  })
})
