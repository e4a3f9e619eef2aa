/** A gateway in front of a workload's service: it logs each call under the caller's SPIFFE id. */
import type { Written } from './facts.ts'
import { guidSeries } from './random.ts'
import { type Call, decisionOf } from './recorder.ts'
import { gatewayRecord } from './records/envoy.ts'
import type { WorkloadPlan } from './scenario.ts'

const statuses = { allowed: 200, forbidden: 403, unauthenticated: 401 } as const

export function spiffeIdOf({ app, name }: WorkloadPlan): string {
  return `spiffe://acme.example/ns/${app}/sa/${name}`
}

export class Gateway {
  readonly #requestId: () => string

  constructor(seed: string) {
    this.#requestId = guidSeries(`${seed} gateway`)
  }

  /** `isUnreachable`: the caller was let in, and there was no way to the service. */
  called({ instance, time, refusal, resource }: Call, isUnreachable: boolean): Written {
    const { workload } = instance
    const principal = spiffeIdOf(workload)
    const authority = `${workload.service}.${workload.app}.acme.example`
    const decision = decisionOf(refusal)
    const text = gatewayRecord({
      requestId: this.#requestId(),
      time,
      principal,
      authority,
      path: `/v1/${resource}`,
      status: isUnreachable ? 503 : statuses[decision],
      flags: isUnreachable ? 'UF' : '-',
      durationMs: isUnreachable ? 3000 : 9,
    })
    // A 401 of a gateway does not say why.
    const fact = { of: 'use', decision, isExpired: false, access: `${principal} ${authority}` } as const
    return { log: 'access-log', time, text, facts: [fact] }
  }
}
