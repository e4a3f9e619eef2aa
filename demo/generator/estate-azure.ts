/** ACME's identities on Azure: who they belong to, what they ask tokens for, which vault they use. */

import { guidOf } from '../../src/simulation/random.ts'
import type { VaultUse } from '../../src/simulation/records/azure-resources.ts'
import type { Audience, AzureIdentity } from '../../src/simulation/records/entra.ts'
import { nightly, type Shape, shopping, steady, working } from '../../src/simulation/shapes.ts'

export const tenantId = guidOf('tenant acme')
export const subscriptionId = guidOf('subscription acme-production')

export type App = 'checkout' | 'payments' | 'catalog' | 'reporting' | 'ci' | 'unowned'

export interface PlannedAudience extends Audience {
  readonly perHour: number
}

/** Calls that an identity makes to a key vault. */
export interface PlannedVaultUse extends VaultUse {
  readonly perHour: number
}

export interface PlannedIdentity extends AzureIdentity {
  readonly app: App
  readonly shape: Shape
  readonly audiences: readonly PlannedAudience[]
  readonly vaultUse?: PlannedVaultUse
}

interface Plan {
  readonly kind: AzureIdentity['kind']
  readonly shape: Shape
  readonly asks: Readonly<Record<string, number>>
  readonly vaultUse?: PlannedVaultUse
  /** ARM type and name of the resource that a system-assigned identity is a part of. */
  readonly resource?: string
}

/** The API of ACME's own that admits only applications with a role in it. */
export const ordersApi = 'acme-orders-api'

const userAssigned = 'Microsoft.ManagedIdentity/userAssignedIdentities'

function identity(app: App, name: string, plan: Plan): PlannedIdentity {
  const group = `/subscriptions/${subscriptionId}/resourcegroups/rg-${app === 'unowned' ? 'legacy' : app}`
  return {
    name,
    app,
    kind: plan.kind,
    objectId: guidOf(`object ${name}`),
    appId: guidOf(`application ${name}`),
    resourceId: `${group}/providers/${plan.resource ?? `${userAssigned}/${name}`}`,
    shape: plan.shape,
    audiences: Object.entries(plan.asks).map(([audience, perHour]) => ({
      name: audience,
      appId: guidOf(`application ${audience}`),
      perHour,
    })),
    ...(plan.vaultUse && { vaultUse: plan.vaultUse }),
  }
}

const checkoutKey = 'keys/order-signing/3d1c9a52e7f04b68a1d25c90be47f813'
const paymentsKey = 'keys/card-wrapping/9be0417c52d84ce6b7f3a6d018e2c45f'

/** The one that the incident of Thursday is about. */
export const checkoutApi = identity('checkout', 'mi-checkout-api', {
  kind: 'userAssigned',
  shape: shopping,
  asks: { [ordersApi]: 44, 'Azure Storage': 8, 'Azure Key Vault': 6 },
  vaultUse: { vault: 'kv-acme-checkout', operation: 'KeySign', object: checkoutKey, perHour: 60 },
})

/** The one whose tokens are rotated on Wednesday. */
export const paymentsApi = identity('payments', 'mi-payments-api', {
  kind: 'userAssigned',
  shape: shopping,
  asks: { 'Azure SQL Database': 9, 'Azure Key Vault': 5 },
  vaultUse: { vault: 'kv-acme-payments', operation: 'KeyUnwrap', object: paymentsKey, perHour: 24 },
})

/** Nobody's any more; its secret expires on Sunday. */
export const legacyImporter = identity('unowned', 'sp-legacy-importer', {
  kind: 'secret',
  shape: steady,
  asks: { 'Microsoft Graph': 1 },
})

export const terraform = identity('ci', 'sp-ci-terraform', {
  kind: 'certificate',
  shape: working,
  asks: { 'Windows Azure Service Management API': 4 },
})

export const catalogSearch = identity('catalog', 'mi-catalog-search', {
  kind: 'userAssigned',
  shape: shopping,
  asks: { 'Azure Cognitive Search': 7 },
})

export const azureIdentities: readonly PlannedIdentity[] = [
  checkoutApi,
  identity('checkout', 'mi-checkout-worker', {
    kind: 'userAssigned',
    shape: shopping,
    asks: { 'Microsoft.ServiceBus': 9 },
  }),
  identity('checkout', 'func-checkout-mail', {
    kind: 'systemAssigned',
    shape: shopping,
    asks: { 'Azure Storage': 6 },
    resource: 'Microsoft.Web/sites/func-checkout-mail',
  }),
  paymentsApi,
  identity('payments', 'mi-payments-ledger', {
    kind: 'userAssigned',
    shape: steady,
    asks: { 'Azure SQL Database': 6 },
  }),
  identity('catalog', 'app-catalog-api', {
    kind: 'systemAssigned',
    shape: shopping,
    asks: { 'Azure Storage': 8 },
    resource: 'Microsoft.Web/sites/app-catalog-api',
  }),
  catalogSearch,
  identity('catalog', 'vm-catalog-thumbs', {
    kind: 'systemAssigned',
    shape: steady,
    asks: { 'Azure Storage': 4 },
    resource: 'Microsoft.Compute/virtualMachines/vm-catalog-thumbs',
  }),
  identity('reporting', 'mi-reporting-batch', {
    kind: 'userAssigned',
    shape: nightly,
    asks: { 'Azure SQL Database': 60, 'Azure Storage': 40 },
    vaultUse: {
      vault: 'kv-acme-reporting',
      operation: 'SecretGet',
      object: 'secrets/warehouse-password',
      perHour: 40,
    },
  }),
  identity('reporting', 'adf-reporting', {
    kind: 'systemAssigned',
    shape: nightly,
    asks: { 'Azure Storage': 30 },
    resource: 'Microsoft.DataFactory/factories/adf-reporting',
  }),
  identity('ci', 'sp-ci-deploy', {
    kind: 'federated',
    shape: working,
    asks: { 'Windows Azure Service Management API': 8 },
  }),
  terraform,
  legacyImporter,
]

/** People, who change things. Addresses are under a reserved domain. */
export const people = {
  jo: { id: guidOf('person jo'), upn: 'jo.marsh@acme.example', ip: '198.51.100.23' },
  sam: { id: guidOf('person sam'), upn: 'sam.ortega@acme.example', ip: '198.51.100.41' },
} as const
