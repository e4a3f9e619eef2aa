/** Kubernetes: tokens of service accounts, calls to the API and changes of RBAC, all in the audit log. */
import type { UseFact, Written } from '../facts.ts'
import { guidOf, guidSeries } from '../random.ts'
import type { Asking, Call, Change, Failure, Recorder, Token } from '../recorder.ts'
import { decisionOf, operator } from '../recorder.ts'
import {
  callRecords,
  type Served,
  type ServiceAccount,
  tokenRequestRecord,
  unauthorizedRecord,
  userName,
} from '../records/kubernetes.ts'
import { bindingRecord, serviceAccountRecord } from '../records/kubernetes-changes.ts'
import type { WorkloadPlan } from '../scenario.ts'

const audience = 'https://kubernetes.default.svc'
const nodes = [
  { name: 'pool-a-0', ip: '192.0.2.11' },
  { name: 'pool-a-1', ip: '192.0.2.12' },
  { name: 'pool-a-2', ip: '192.0.2.13' },
] as const
/** Between the two times of a record, beyond the ms that it took. */
const microsMs = 0.457
const callMs = 4

const codes: Readonly<Record<Failure, number>> = {
  platform_error: 503,
  throttled: 429,
  identity_not_found: 404,
  federation_mismatch: 422,
  misconfigured_caller: 422,
}

const resources: Readonly<Record<string, string>> = {
  storage: 'persistentvolumeclaims',
  database: 'configmaps',
  queue: 'events',
  vault: 'configmaps',
}

function accountOf({ app, name }: WorkloadPlan, pod?: string): ServiceAccount {
  const pods = pod === undefined ? [] : [pod]
  return { namespace: app, name, uid: guidOf(`service account ${app}/${name}`), pods, nodes }
}

export class KubernetesRecorder implements Recorder {
  readonly #auditId: () => string
  readonly #jti: () => string

  constructor(seed: string) {
    this.#auditId = guidSeries(`${seed} audit`)
    this.#jti = guidSeries(`${seed} jti`)
  }

  identitiesOf(workload: WorkloadPlan): readonly [string] {
    return [userName(accountOf(workload))]
  }

  issue({ instance, time }: Asking): Token {
    return { id: this.#jti(), issuedAt: time, endsAt: time + instance.workload.ttlMs }
  }

  asked({ instance, time, latencyMs, failure }: Asking, token: Token | undefined): Written {
    const code = failure === undefined ? 201 : codes[failure]
    const bound = { pod: instance.name, audience, ttlSeconds: instance.workload.ttlMs / 1000 }
    const account = accountOf(instance.workload, instance.name)
    const text = tokenRequestRecord(account, this.#served(time, latencyMs), code, token?.id, bound)
    const fact = {
      of: 'request',
      vantage: 'issuer',
      isGranted: token !== undefined,
      holder: `${userName(account)} ${instance.name}`,
      tokenId: token?.id,
      endsAt: token?.endsAt,
      latencyMs: latencyMs + microsMs,
    } as const
    return { log: 'kubernetes-audit', time, text, facts: [fact] }
  }

  called(call: Call): Written {
    const { instance, token, time, refusal } = call
    const account = accountOf(instance.workload, instance.name)
    const resource = resources[instance.workload.service] ?? 'configmaps'
    const facts = [useFact(call, account, resource)]
    const served = this.#served(time, callMs)
    if (refusal === 'expired' || refusal === 'unknown-identity')
      return { log: 'kubernetes-audit', time, text: unauthorizedRecord(served), facts }
    const code = refusal === 'forbidden' ? 403 : 200
    const get = { verb: 'get', resource, group: '', namespace: account.namespace, name: call.resource, code }
    const [text] = callRecords(account, get, served, token.id)
    return { log: 'kubernetes-audit', time, text, facts }
  }

  secretRead(call: Call): Written {
    const { instance, token, time } = call
    const account = accountOf(instance.workload, instance.name)
    const name = `${instance.workload.app}-storage-key`
    const get = { verb: 'get', resource: 'secrets', group: '', namespace: account.namespace, name, code: 200 }
    const [text] = callRecords(account, get, this.#served(time, callMs), token.id)
    const facts = [{ of: 'secret', isGood: false } as const, useFact(call, account, 'secrets')]
    return { log: 'kubernetes-audit', time, text, facts }
  }

  changed({ workload, time, kind }: Change): readonly Written[] {
    const isBinding = kind === 'revoke' || kind === 'grant'
    const verb = kind === 'revoke' || kind === 'delete' ? 'delete' : 'create'
    const write = isBinding ? bindingRecord : serviceAccountRecord
    const text = write(operator.upn, accountOf(workload), verb, this.#served(time, callMs))
    return [{ log: 'kubernetes-audit', time, text, facts: [{ of: 'change', isGood: true }] }]
  }

  #served(time: number, latencyMs: number): Served {
    return { auditId: this.#auditId(), received: time - latencyMs, latencyMs }
  }
}

function useFact({ token, refusal }: Call, account: ServiceAccount, resource: string): UseFact {
  const isNamed = refusal === undefined || refusal === 'forbidden'
  return {
    of: 'use',
    decision: decisionOf(refusal),
    // The API server says "Unauthorized", and neither why nor to whom.
    isExpired: false,
    access: `${userName(account)} ${resource}`,
    tokenId: isNamed ? token.id : undefined,
  }
}
