/** Inventories for tests, read from documents as a person would have them. */
import type { JsonValue } from '../../src/connectors/connector.ts'
import type { ReadInventory } from '../../src/inventory/facts.ts'
import { Inventory } from '../../src/inventory/inventory.ts'
import { readInventory } from '../../src/inventory/read-inventory.ts'

export const takenAt = Date.UTC(2026, 5, 15)

export function read(document: JsonValue, tenant = '', source = 'inventory.json'): ReadInventory {
  return readInventory(document, { source, tenant })
}

export function inventoryOf(...documents: readonly JsonValue[]): Inventory {
  const inventory = new Inventory()
  for (const [i, document] of documents.entries())
    inventory.replace({ source: `file-${i}`, takenAt, facts: read(document).facts })
  return inventory
}

const account = '111122223333'

export function roleArn(name: string): string {
  return `arn:aws:iam::${account}:role/${name}`
}

export type Statement = { readonly [key: string]: JsonValue }

export function allow(actions: JsonValue, resources: JsonValue, more: Statement = {}): Statement {
  return { Effect: 'Allow', Action: actions, Resource: resources, ...more }
}

export interface RoleText {
  readonly name: string
  readonly path?: string
  readonly statements?: readonly Statement[]
  /** Principal of the trust policy. */
  readonly trusts?: JsonValue
  readonly more?: { readonly [key: string]: JsonValue }
}

/** One role as `get-account-authorization-details` prints it. */
export function aRole({ name, path = '/', statements = [], trusts, more = {} }: RoleText): JsonValue {
  const trust = trusts === undefined ? [] : [{ Effect: 'Allow', Action: 'sts:AssumeRole', Principal: trusts }]
  return {
    RoleName: name,
    Arn: `arn:aws:iam::${account}:role${path}${name}`,
    CreateDate: '2025-01-01T00:00:00+00:00',
    AssumeRolePolicyDocument: { Version: '2012-10-17', Statement: trust },
    RolePolicyList: [
      { PolicyName: 'own', PolicyDocument: { Version: '2012-10-17', Statement: [...statements] } },
    ],
    AttachedManagedPolicies: [],
    ...more,
  }
}

export function anAccount(...roles: readonly JsonValue[]): JsonValue {
  return { UserDetailList: [], GroupDetailList: [], RoleDetailList: [...roles], Policies: [] }
}

export const subscription = '/subscriptions/2f6b1c04-8e93-4d7a-b5f0-91c3a7de4460'
export const reader = 'acdd72a7-3385-48ef-bd42-f606fba81ae7'
export const contributor = 'b24988ac-6180-42a0-ab88-20f7382dd24c'

/** One row of `az role assignment list`. */
export function anAssignment(
  principal: string,
  scope: string,
  role = reader,
  more: Statement = {},
): JsonValue {
  return {
    id: `${scope}/providers/Microsoft.Authorization/roleAssignments/4d0c7e1a`,
    principalId: principal,
    principalName: principal,
    principalType: 'ServicePrincipal',
    roleDefinitionId: `${subscription}/providers/Microsoft.Authorization/roleDefinitions/${role}`,
    scope,
    ...more,
  }
}

export function aVault(group: string, name: string): string {
  return `${subscription}/resourceGroups/${group}/providers/Microsoft.KeyVault/vaults/${name}`
}
