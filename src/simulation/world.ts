/** Runs the workloads of a scenario through its time, and has what happens written down. */
import { Agenda } from './agenda.ts'
import { type Client, clientsOf, failed, hasValidToken, needsToken, restart, succeeded } from './clients.ts'
import type { Effects, Fault } from './effects.ts'
import type { Written } from './facts.ts'
import { Gateway } from './gateway.ts'
import { AwsRecorder } from './providers/aws.ts'
import { AzureRecorder } from './providers/azure.ts'
import { GcpRecorder } from './providers/gcp.ts'
import { KubernetesRecorder } from './providers/kubernetes.ts'
import { type Random, seededRandom } from './random.ts'
import type { ChangeKind, Recorder, Refusal, Token } from './recorder.ts'
import type { FaultKind, Platform, Scenario, WorkloadPlan } from './scenario.ts'
import { highestDemand, minuteMs, shapes } from './shapes.ts'
import { ClientTelemetry, type Fetch } from './telemetry.ts'

type Action = (time: number) => void

interface Running {
  readonly workload: WorkloadPlan
  readonly random: Random
  readonly recorder: Recorder
  readonly clients: readonly Client[]
  /** Services take tokens from before this instant for expired. */
  rotatedAt: number
}

/** People's changes that a fault begins and ends with. */
const changes: Partial<Record<FaultKind, readonly [begins: ChangeKind, ends: ChangeKind]>> = {
  'role-revoked': ['revoke', 'grant'],
  'identity-deleted': ['delete', 'restore'],
  'trust-mismatch': ['break-trust', 'mend-trust'],
  'over-permission': ['grant', 'revoke'],
}

const restartEveryMs = 10_000
const unreachableMs = 1000
/** Things that a workload calls on an ordinary day, and that somebody can reach who should not. */
const ordinaryResources = 3
const foreignResources = 400

export function recordersOf(seed: string): Readonly<Record<Platform, Recorder>> {
  return {
    azure: new AzureRecorder(seed),
    aws: new AwsRecorder(seed),
    gcp: new GcpRecorder(seed),
    kubernetes: new KubernetesRecorder(seed),
  }
}

export class World {
  readonly #scenario: Scenario
  readonly #effects: Effects
  readonly #end: number
  readonly #agenda = new Agenda<Action>()
  readonly #running: readonly Running[]
  readonly #telemetry: ClientTelemetry
  readonly #gateway: Gateway
  #written: Written[] = []

  constructor(scenario: Scenario, effects: Effects) {
    const { seed, start, lengthMs } = scenario
    this.#scenario = scenario
    this.#effects = effects
    this.#end = start + lengthMs
    this.#telemetry = new ClientTelemetry(seed)
    this.#gateway = new Gateway(seed)
    const recorders = recordersOf(seed)
    this.#running = scenario.workloads.map((workload) => ({
      workload,
      random: seededRandom(`${seed} ${workload.name}`),
      recorder: recorders[workload.platform],
      clients: clientsOf(workload),
      rotatedAt: Number.NEGATIVE_INFINITY,
    }))
  }

  /** What is written at each step, in order of the steps; times of records are up to a second before their step. */
  *run(): Generator<{ readonly time: number; readonly written: readonly Written[] }> {
    for (const running of this.#running) this.#plan(running)
    for (const operation of this.#scenario.operations) {
      const running = this.#running.find(({ workload }) => workload.name === operation.workload)
      if (running === undefined) continue
      const at = this.#scenario.start + operation.atMs
      if (operation.kind === 'rotate') this.#at(at, (time) => this.#rotate(running, time))
      else this.#deploy(running, at)
    }
    for (let time = this.#agenda.nextTime; time < this.#end; time = this.#agenda.nextTime) {
      this.#agenda.take()?.(time)
      if (this.#written.length === 0) continue
      yield { time, written: this.#written }
      this.#written = []
    }
  }

  #at(time: number, action: Action): void {
    this.#agenda.add(time, action)
  }

  #plan(running: Running): void {
    const { workload } = running
    this.#next(running, this.#scenario.start)
    for (const fault of this.#effects.faults) {
      const isMeant = fault.workloads.length === 0 || fault.workloads.includes(workload.name)
      if (!isMeant) continue
      const [begins, ends] = changes[fault.kind] ?? []
      if (begins !== undefined) this.#at(fault.from, (time) => this.#change(running, begins, time, fault))
      if (ends !== undefined) this.#at(fault.to, (time) => this.#change(running, ends, time, fault))
      if (fault.kind === 'loud-batch')
        this.#repeat(running, fault, (time) => this.#misconfigured(running, fault, time))
      if (fault.kind === 'over-permission')
        this.#repeat(running, fault, (time) => this.#abuse(running, fault, time))
    }
  }

  /** The next call, with the gaps of independent callers whose number follows the demand. */
  #next(running: Running, from: number): void {
    const { workload, random } = running
    const mostPerMs = (workload.callsPerMinute * this.#scenario.rate * highestDemand) / minuteMs
    if (mostPerMs <= 0) return
    const demand = shapes[workload.shape]
    let time = from
    do time += -Math.log(1 - random.next()) / mostPerMs
    while (time < this.#end && !random.chance(demand(time) / highestDemand))
    if (time >= this.#end) return
    this.#at(Math.floor(time), (now) => {
      const client = running.clients[random.below(running.clients.length)]
      if (client !== undefined) this.#work(running, client, now)
      this.#next(running, time)
    })
  }

  /** Again and again while the fault lasts. */
  #repeat({ random }: Running, fault: Fault, action: Action): void {
    const perMs = (fault.perMinute * this.#scenario.rate) / minuteMs
    const next = (from: number): void => {
      const time = from - Math.log(1 - random.next()) / perMs
      if (time >= fault.to) return
      this.#at(Math.floor(time), (now) => {
        action(now)
        next(time)
      })
    }
    next(fault.from)
  }

  #work(running: Running, client: Client, time: number): void {
    const { workload, random } = running
    if (workload.host === 'function' && time - client.lastCallAt > workload.idleMs) restart(client)
    client.lastCallAt = time
    const stale = this.#effects.onInstance('stale-client-cache', client.instance, time)
    let now = Math.max(time, client.busyUntil)
    const isKept = stale !== undefined && client.token !== undefined
    if (!isKept && needsToken(client, now) && now >= client.retryAt) now = this.#fetch(running, client, now)
    const { token } = client
    if (token === undefined) return
    if (isKept && !hasValidToken(client, now)) this.#call(running, client, token, now, 'expired', stale.index)
    else if (token.issuedAt < running.rotatedAt) this.#renewed(running, client, token, now)
    else if (hasValidToken(client, now)) {
      const refusal = this.#effects.refusal(workload, now, random)
      this.#call(running, client, token, now, refusal?.what, refusal?.fault)
      // A client that is not known with its token asks for another.
      if (refusal?.what === 'unknown-identity') client.token = undefined
    }
  }

  /** A token that a rotation ended: refused once, then the client gets another and is let in. */
  #renewed(running: Running, client: Client, token: Token, time: number): void {
    this.#call(running, client, token, time, 'expired', undefined)
    const now = this.#fetch(running, client, time + 150)
    if (client.token !== undefined && client.token !== token)
      this.#call(running, client, client.token, now, undefined, undefined)
  }

  /** Gives the time at which there is an answer. */
  #fetch({ workload, random, recorder }: Running, client: Client, start: number): number {
    const { instance, token: former, isCold } = client
    const blocked = this.#effects.onInstance('metadata-blocked', instance, start)
    const slow = random.chance(0.008) ? 150 + random.below(600) : 0
    const latencyMs = blocked === undefined ? 15 + random.below(60) + slow : unreachableMs
    const time = start + latencyMs
    const failure = blocked === undefined ? this.#effects.failure(workload, time, random) : undefined
    const fault = blocked?.index ?? failure?.fault
    const asking = { instance, time, latencyMs, failure: failure?.what }
    const isGranted = blocked === undefined && failure === undefined
    const token = isGranted ? recorder.issue(asking) : undefined
    // Who cannot reach the metadata endpoint never gets as far as the issuer.
    if (blocked === undefined) this.#written.push({ ...recorder.asked(asking, token), fault })
    if (workload.hasTelemetry) {
      const [identity] = recorder.identitiesOf(workload)
      const why: Fetch['failure'] = blocked === undefined ? failure?.what : 'metadata_unreachable'
      const fetch = { instance, identity, start, latencyMs, token, failure: why, former, isCold, fault }
      this.#written.push(...this.#telemetry.spans(fetch))
    }
    client.busyUntil = time
    if (token === undefined) failed(client, time)
    else succeeded(client, token)
    return time
  }

  #call(
    { workload, random, recorder }: Running,
    { instance }: Client,
    token: Token,
    time: number,
    refusal: Refusal | undefined,
    fault: number | undefined,
  ): void {
    const resource = `data-${random.below(ordinaryResources)}`
    const call = { instance, token, time, resource, refusal }
    const fallback =
      refusal === undefined ? this.#effects.onAttempt('secret-fallback', workload, time, random) : undefined
    if (fallback !== undefined) this.#written.push({ ...recorder.secretRead(call), fault: fallback.index })
    const broken = this.#effects.onInstance('network-broken', instance, time)
    if (workload.hasGateway)
      this.#written.push({
        ...this.#gateway.called(call, broken !== undefined),
        fault: fault ?? broken?.index,
      })
    // What does not reach the service is not in its log.
    else if (broken === undefined && fallback === undefined)
      this.#written.push({ ...recorder.called(call), fault })
  }

  #misconfigured({ recorder, clients }: Running, fault: Fault, time: number): void {
    const [client] = clients
    if (client === undefined) return
    const asking = {
      instance: client.instance,
      time,
      latencyMs: 20,
      failure: 'misconfigured_caller',
    } as const
    this.#written.push({ ...recorder.asked(asking, undefined), fault: fault.index })
  }

  #abuse(running: Running, fault: Fault, time: number): void {
    const [client] = running.clients
    if (client === undefined) return
    const free = Math.max(time, client.busyUntil)
    const now = hasValidToken(client, free) ? free : this.#fetch(running, client, free)
    if (client.token === undefined || !hasValidToken(client, now)) return
    const resource = `archive-${running.random.below(foreignResources)}`
    const call = { instance: client.instance, token: client.token, time: now, resource }
    this.#written.push({ ...running.recorder.called(call), fault: fault.index })
  }

  #change({ workload, recorder }: Running, kind: ChangeKind, time: number, fault: Fault): void {
    for (const written of recorder.changed({ workload, time, kind }))
      this.#written.push({ ...written, changedBy: fault.index })
  }

  #deploy(running: Running, from: number): void {
    for (const [index, client] of running.clients.entries())
      this.#at(from + index * restartEveryMs, () => restart(client))
  }

  #rotate(running: Running, time: number): void {
    running.rotatedAt = time
  }
}
