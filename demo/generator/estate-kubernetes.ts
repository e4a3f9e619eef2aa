/** ACME's service accounts on Kubernetes, and what their pods ask of the API server. */

import { guidOf } from '../../src/simulation/random.ts'
import type { ApiCall, ServiceAccount } from '../../src/simulation/records/kubernetes.ts'
import { nightly, type Shape, shopping, steady, working } from '../../src/simulation/shapes.ts'
import type { App } from './estate-azure.ts'

/** What pods of an account ask of the API server. */
export interface Call extends ApiCall {
  readonly perHour: number
}

export interface Account extends ServiceAccount {
  readonly app: App
  /** Tokens are refreshed by the clock while a pod runs. */
  readonly tokensPerHour: number
  readonly shape: Shape
  readonly calls: readonly Call[]
}

const nodes = [
  { name: 'aks-apps-31407-0', ip: '192.0.2.11' },
  { name: 'aks-apps-31407-1', ip: '192.0.2.12' },
  { name: 'aks-apps-31407-2', ip: '192.0.2.13' },
] as const

type Use = readonly [verb: string, resource: string, name: string | undefined, perHour: number]

interface Plan {
  readonly replicas: number
  readonly shape?: Shape
  readonly tokensPerHour?: number
  readonly uses?: readonly Use[]
}

const groups: Readonly<Record<string, string>> = {
  leases: 'coordination.k8s.io',
  deployments: 'apps',
  jobs: 'batch',
  endpointslices: 'discovery.k8s.io',
}

const clusterWide: ReadonlySet<string> = new Set(['nodes'])

function serviceAccount(app: App, namespace: string, name: string, plan: Plan): Account {
  return {
    namespace,
    name,
    app,
    uid: guidOf(`service account ${namespace}/${name}`),
    // A token lives for about an hour and is refreshed when four fifths of that are over.
    tokensPerHour: plan.tokensPerHour ?? plan.replicas * 1.25,
    shape: plan.shape ?? steady,
    nodes,
    pods: Array.from({ length: plan.replicas }, (_, i) => `${name}-${guidOf(`${name} ${i}`).slice(0, 5)}`),
    calls: (plan.uses ?? []).map(([verb, resource, object, perHour]) => ({
      verb,
      resource,
      group: groups[resource] ?? '',
      ...(clusterWide.has(resource) ? {} : { namespace }),
      ...(object === undefined ? {} : { name: object }),
      // The reports' exporter was never allowed to see nodes, and asks again each night.
      code: resource === 'nodes' && name === 'exporter' ? 403 : verb === 'create' ? 201 : 200,
      perHour,
    })),
  }
}

export const catalogIndexer = serviceAccount('catalog', 'catalog', 'search-indexer', {
  replicas: 2,
  uses: [['list', 'configmaps', undefined, 8]],
})

export const serviceAccounts: readonly Account[] = [
  serviceAccount('checkout', 'checkout', 'checkout-api', {
    replicas: 5,
    uses: [['get', 'configmaps', 'checkout-flags', 14]],
  }),
  serviceAccount('checkout', 'checkout', 'checkout-worker', {
    replicas: 3,
    uses: [['update', 'leases', 'checkout-worker', 12]],
  }),
  serviceAccount('checkout', 'checkout', 'cart', { replicas: 4 }),
  serviceAccount('payments', 'payments', 'payments-api', {
    replicas: 4,
    uses: [['get', 'secrets', 'acquirer-endpoint', 4]],
  }),
  serviceAccount('payments', 'payments', 'ledger', {
    replicas: 3,
    uses: [['update', 'leases', 'ledger', 10]],
  }),
  serviceAccount('catalog', 'catalog', 'catalog-api', {
    replicas: 4,
    uses: [['watch', 'configmaps', undefined, 1.5]],
  }),
  catalogIndexer,
  serviceAccount('catalog', 'catalog', 'image-resizer', { replicas: 2, shape: shopping }),
  serviceAccount('reporting', 'reporting', 'nightly-report', {
    replicas: 2,
    shape: nightly,
    tokensPerHour: 18,
    uses: [['create', 'jobs', 'nightly-report', 22]],
  }),
  serviceAccount('reporting', 'reporting', 'exporter', {
    replicas: 1,
    shape: nightly,
    tokensPerHour: 8,
    uses: [
      ['list', 'configmaps', undefined, 12],
      ['list', 'nodes', undefined, 1],
    ],
  }),
  serviceAccount('ci', 'ci', 'runner', {
    replicas: 4,
    shape: working,
    tokensPerHour: 14,
    uses: [['create', 'pods', 'job', 14]],
  }),
  serviceAccount('ci', 'ci', 'deployer', {
    replicas: 1,
    shape: working,
    tokensPerHour: 5,
    uses: [['patch', 'deployments', 'storefront', 8]],
  }),
  serviceAccount('unowned', 'monitoring', 'prometheus', {
    replicas: 1,
    uses: [['list', 'endpointslices', undefined, 6]],
  }),
  serviceAccount('unowned', 'sandbox', 'tutorial', { replicas: 1 }),
]
