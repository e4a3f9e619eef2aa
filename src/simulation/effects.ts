/** What the faults of a scenario do to a workload at an instant. */

import type { Random } from './random.ts'
import type { Failure, Instance, Refusal } from './recorder.ts'
import type { FaultKind, FaultPlan, LogId, Scenario, WorkloadPlan } from './scenario.ts'

export interface Fault extends FaultPlan {
  /** In the scenario's list. */
  readonly index: number
  /** Epoch ms; the end is exclusive. */
  readonly from: number
  readonly to: number
}

/** Something that a fault did. */
export interface Effect<T> {
  readonly what: T
  /** Index of the fault; undefined for an ordinary day's errors. */
  readonly fault: number | undefined
}

/** What keeps a request for a token from being answered with one. The first that is active counts. */
const failures: readonly (readonly [FaultKind, Failure])[] = [
  ['identity-deleted', 'identity_not_found'],
  ['trust-mismatch', 'federation_mismatch'],
  ['sts-outage', 'platform_error'],
  ['blip', 'platform_error'],
  ['throttling', 'throttled'],
]

/** A share of instances, not of attempts. */
function hitsInstance({ share }: Fault, { workload, index }: Instance): boolean {
  return index < Math.ceil(share * workload.instances)
}

export class Effects {
  readonly faults: readonly Fault[]
  readonly #byKind = new Map<FaultKind, Fault[]>()

  constructor({ faults, start }: Scenario) {
    this.faults = faults.map((plan, index) => {
      const from = start + plan.atMs
      return { ...plan, index, from, to: from + plan.forMs }
    })
    for (const fault of this.faults)
      this.#byKind.set(fault.kind, [...(this.#byKind.get(fault.kind) ?? []), fault])
  }

  #active(kind: FaultKind, { name }: WorkloadPlan, time: number): Fault | undefined {
    return this.#byKind
      .get(kind)
      ?.find(
        ({ from, to, workloads }) =>
          from <= time && time < to && (workloads.length === 0 || workloads.includes(name)),
      )
  }

  /** Of faults that hit whole instances. */
  onInstance(kind: FaultKind, instance: Instance, time: number): Fault | undefined {
    const fault = this.#active(kind, instance.workload, time)
    return fault !== undefined && hitsInstance(fault, instance) ? fault : undefined
  }

  /** Of faults that hit a share of attempts. */
  onAttempt(kind: FaultKind, workload: WorkloadPlan, time: number, random: Random): Fault | undefined {
    const fault = this.#active(kind, workload, time)
    return fault !== undefined && (fault.share >= 1 || random.chance(fault.share)) ? fault : undefined
  }

  /** Why the issuer gives no token. */
  failure(workload: WorkloadPlan, time: number, random: Random): Effect<Failure> | undefined {
    for (const [kind, what] of failures) {
      const fault = this.onAttempt(kind, workload, time, random)
      if (fault !== undefined) return { what, fault: fault.index }
    }
    return random.chance(workload.errorShare) ? { what: 'platform_error', fault: undefined } : undefined
  }

  /** Why the service lets nobody in with a token that is still good. */
  refusal(workload: WorkloadPlan, time: number, random: Random): Effect<Refusal> | undefined {
    const revoked = this.onAttempt('role-revoked', workload, time, random)
    if (revoked !== undefined) return { what: 'forbidden', fault: revoked.index }
    // Tokens of Azure and Google outlive their identity; AWS and Kubernetes look it up with each call.
    const looksUp = workload.platform === 'aws' || workload.platform === 'kubernetes'
    const deleted = looksUp ? this.#active('identity-deleted', workload, time) : undefined
    return deleted && { what: 'unknown-identity', fault: deleted.index }
  }

  /** The silence that swallows a record of the log. */
  silence(log: LogId, time: number): Fault | undefined {
    return this.#byKind
      .get('source-silent')
      ?.find(({ from, to, logs }) => from <= time && time < to && logs.includes(log))
  }
}
