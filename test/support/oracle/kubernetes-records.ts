/** Audit events of a Kubernetes API server: TokenRequests by kubelets, and calls by service accounts. */
import { type Fact, type Failure, type IdentityRecord, plainIssuance } from './fact.ts'
import type { Random } from './random.ts'

const accounts = [
  { namespace: 'shop', name: 'checkout' },
  { namespace: 'shop', name: 'cart' },
  { namespace: 'billing', name: 'invoices' },
  { namespace: 'billing', name: 'ledger' },
  { namespace: 'search', name: 'indexer' },
] as const

type Account = (typeof accounts)[number] | { readonly namespace: string; readonly name: string }

/** HTTP codes of refusals, and what each means. */
const issuanceFailures: readonly [Failure, ...Failure[]] = [
  { code: '403', reason: 'permission_denied', fault: 'policy' },
  { code: '404', reason: 'identity_not_found', fault: 'caller' },
  { code: '429', reason: 'throttled', fault: 'platform' },
  { code: '500', reason: 'platform_error', fault: 'platform' },
  { code: '504', reason: 'timeout', fault: 'platform' },
]

function instant(time: number): string {
  return new Date(time).toISOString()
}

function audit(id: string, received: number, ended: number, rest: object): Readonly<Record<string, unknown>> {
  return {
    kind: 'Event',
    apiVersion: 'audit.k8s.io/v1',
    level: 'Metadata',
    auditID: id,
    stage: 'ResponseComplete',
    requestReceivedTimestamp: instant(received),
    stageTimestamp: instant(ended),
    ...rest,
  }
}

function identityFacts({ namespace, name }: Account) {
  return {
    source: 'kubernetes-audit',
    provider: 'kubernetes',
    layer: 'container',
    identity: `system:serviceaccount:${namespace}:${name}`,
    identityType: 'service-account',
    app: namespace,
  } as const
}

function issuance(
  random: Random,
  time: number,
  account: Account,
  failure: Failure | undefined,
): IdentityRecord {
  const { namespace, name } = account
  const node = `node-${random.below(6)}`
  // One in twelve takes longer than the objective allows.
  const latencyMs = random.chance(1 / 12) ? 201 + random.below(900) : 1 + random.below(200)
  const fact: Fact = {
    ...plainIssuance,
    ...identityFacts(account),
    time,
    latencyMs,
    workload: `vm ${node}`,
    failure,
  }
  const json = audit(random.uuid(), time - latencyMs, time, {
    requestURI: `/api/v1/namespaces/${namespace}/serviceaccounts/${name}/token`,
    verb: 'create',
    user: { username: `system:node:${node}`, groups: ['system:nodes', 'system:authenticated'] },
    sourceIPs: [`192.0.2.${random.below(200)}`],
    objectRef: { resource: 'serviceaccounts', namespace, name, apiVersion: 'v1', subresource: 'token' },
    responseStatus: { metadata: {}, code: Number(failure?.code ?? 201) },
  })
  return { fact, json }
}

export function kubernetesIssuance(random: Random, time: number, failureShare: number): IdentityRecord {
  const failure = random.chance(failureShare) ? random.pick(issuanceFailures) : undefined
  return issuance(random, time, random.pick(accounts), failure)
}

/** One that is found again by its application: a sign that all before it in its place has been read. */
export function markerRecord(random: Random, time: number): IdentityRecord {
  return issuance(random, time, { namespace: 'marker', name: 'marker' }, undefined)
}

/** Answers to calls: not found is an answer that the caller was let in to get. */
const answers = [
  { code: 200 },
  { code: 200 },
  { code: 201 },
  { code: 404 },
  {
    code: 403,
    refused: 403,
    failure: { code: '403', reason: 'permission_denied', fault: 'policy' },
  },
  { code: 429, failure: { code: '429', reason: 'throttled', fault: 'platform' } },
] as const satisfies readonly {
  readonly code: number
  readonly refused?: Fact['refused']
  readonly failure?: Failure
}[]

const resources: readonly [string, ...string[]] = ['pods', 'configmaps', 'endpoints']

export function kubernetesUse(random: Random, time: number): IdentityRecord {
  const account = random.pick(accounts)
  const answer: { code: number; refused?: Fact['refused']; failure?: Failure } = random.pick(answers)
  const resource = random.pick(resources)
  const pod = `${account.name}-${random.below(4)}`
  const identity = identityFacts(account)
  const fact: Fact = {
    ...identity,
    kind: 'use',
    time,
    workload: `pod ${account.namespace}/${pod}`,
    failure: answer.failure,
    latencyMs: undefined,
    service: resource,
    refused: answer.refused,
  }
  const json = audit(random.uuid(), time - random.below(30), time, {
    requestURI: `/api/v1/namespaces/${account.namespace}/${resource}`,
    verb: 'list',
    user: {
      username: identity.identity,
      groups: ['system:serviceaccounts', 'system:authenticated'],
      extra: { 'authentication.kubernetes.io/pod-name': [pod] },
    },
    objectRef: { resource, namespace: account.namespace, apiVersion: 'v1' },
    responseStatus: { metadata: {}, code: answer.code },
  })
  return { fact, json }
}

/** Understood, and of no interest: an intermediate stage of a call. */
export function irrelevantRecord(random: Random, time: number): Readonly<Record<string, unknown>> {
  return { ...kubernetesUse(random, time).json, stage: 'RequestReceived' }
}
