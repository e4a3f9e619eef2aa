/** Kubernetes audit events of TokenRequests by kubelets, at level Metadata. */
import { guidOf } from '../../src/simulation/random.ts'
import type { Clock, Entropy, Moment } from './entropy.ts'

interface ServiceAccount {
  readonly namespace: string
  readonly name: string
}

interface Refusal {
  readonly code: number
  readonly reason: string
  readonly message: (account: ServiceAccount) => string
}

const refusals: readonly [Refusal, ...Refusal[]] = [
  {
    code: 404,
    reason: 'NotFound',
    message: ({ name }) => `serviceaccounts \\"${name}\\" not found`,
  },
  {
    code: 403,
    reason: 'Forbidden',
    message: ({ name }) => `serviceaccounts \\"${name}\\" is forbidden`,
  },
  {
    code: 429,
    reason: 'TooManyRequests',
    message: () => 'Too many requests, please try again later.',
  },
]

interface Node {
  readonly user: string
  readonly ip: string
  readonly certificate: string
}

function node(index: number): Node {
  const certificate = guidOf(`bench node ${index}`).replaceAll('-', '')
  return { user: `system:node:pool-${index}`, ip: `198.51.100.${index + 10}`, certificate }
}

function serviceAccount(index: number): ServiceAccount {
  return { namespace: `team-${index % 40}`, name: `app-${index}` }
}

export class KubernetesTemplate {
  readonly #entropy: Entropy
  readonly #clock: Clock
  readonly #accounts: readonly [ServiceAccount, ...ServiceAccount[]]
  readonly #nodes: readonly [Node, ...Node[]] = [
    node(0),
    ...Array.from({ length: 59 }, (_, i) => node(i + 1)),
  ]

  constructor(entropy: Entropy, clock: Clock, accounts: number) {
    this.#entropy = entropy
    this.#clock = clock
    this.#accounts = [
      serviceAccount(0),
      ...Array.from({ length: accounts - 1 }, (_, i) => serviceAccount(i + 1)),
    ]
  }

  record(moment: Moment, fails: boolean): string {
    const entropy = this.#entropy
    const account = entropy.skewed(this.#accounts)
    const { user, ip, certificate } = entropy.pick(this.#nodes)
    const refusal = fails ? entropy.pick(refusals) : undefined
    const micros = entropy.below(500)
    const received = this.#clock.toFraction(moment, micros)
    const served = { ...moment, millisecond: Math.min(999, moment.millisecond + 2 + entropy.below(9)) }
    const issued = refusal
      ? ''
      : `"authentication.kubernetes.io/issued-credential-id":"JTI=${entropy.guid()}",`
    const decision = refusal?.code === 403 ? 'forbid' : 'allow'
    const status = refusal
      ? `"status":"Failure","message":"${refusal.message(account)}","reason":"${refusal.reason}","code":${refusal.code}`
      : '"code":201'
    return (
      `{"kind":"Event","apiVersion":"audit.k8s.io/v1","level":"Metadata","auditID":"${entropy.guid()}",` +
      `"stage":"ResponseComplete","requestURI":"/api/v1/namespaces/${account.namespace}/serviceaccounts/${account.name}/token",` +
      `"verb":"create","user":{"username":"${user}","groups":["system:nodes"],"extra":` +
      `{"authentication.kubernetes.io/credential-id":["X509SHA256=${certificate}"]}},"sourceIPs":["${ip}"],` +
      `"userAgent":"kubelet/v1.33.4","objectRef":{"resource":"serviceaccounts",` +
      `"namespace":"${account.namespace}","name":"${account.name}","apiVersion":"v1","subresource":"token"},` +
      `"responseStatus":{"metadata":{},${status}},"requestReceivedTimestamp":"${received}Z",` +
      `"stageTimestamp":"${this.#clock.toFraction(served, micros + 400)}Z",` +
      `"annotations":{${issued}"authorization.k8s.io/decision":"${decision}"}}\n`
    )
  }
}
