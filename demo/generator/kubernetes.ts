/** A week of a Kubernetes cluster: kubelets refresh the tokens of pods, and the pods use them. */

import { guidSeries, type Random, seededRandom } from '../../src/simulation/random.ts'
import {
  callRecords,
  type Served,
  serverRecord,
  tokenRequestRecord,
  unauthorizedRecord,
  userName,
  watchMs,
} from '../../src/simulation/records/kubernetes.ts'
import { personRecord, roleBindingRecord } from '../../src/simulation/records/kubernetes-changes.ts'
import { steady, working } from '../../src/simulation/shapes.ts'
import type { LogRecord } from './delivery.ts'
import * as episodes from './episodes.ts'
import { people } from './estate-azure.ts'
import { type Account, type Call, catalogIndexer, serviceAccounts } from './estate-kubernetes.ts'
import type { Truth } from './truth.ts'
import { at, instants, second } from './week.ts'

const tokenLife = 3607 * second

interface Token {
  readonly jti: string
  readonly issued: number
}

class KubernetesWeek {
  readonly records: LogRecord[] = []
  readonly #truth: Truth
  readonly #random: Random
  readonly #auditId = guidSeries('audit')
  readonly #jti = guidSeries('token')
  readonly #tokens = new Map<Account, Token>()

  constructor(truth: Truth, random: Random) {
    this.#truth = truth
    this.#random = random
  }

  run(): void {
    const drafts: { time: number; write: () => void }[] = []
    for (const account of serviceAccounts) {
      const random = seededRandom(`kubernetes ${userName(account)}`)
      for (const time of instants(random, account.tokensPerHour, account.shape))
        drafts.push({ time, write: () => this.#request(account, time) })
      for (const call of account.calls)
        for (const time of instants(random, call.perHour, account.shape))
          drafts.push({ time, write: () => this.#call(account, call, time) })
    }
    drafts.push(...this.#others(), this.#binding())
    for (const time of this.#drained())
      for (const account of serviceAccounts.slice(0, 8))
        drafts.push({ time, write: () => this.#moved(account, time) })
    for (const draft of drafts.sort((a, b) => a.time - b.time)) draft.write()
  }

  #request(account: Account, time: number): void {
    const isRetried = this.#random.chance(0.0006)
    if (isRetried) this.#refuse(account, time, 504, 10_000)
    this.#issue(account, isRetried ? time + 10_400 : time)
  }

  #issue(account: Account, time: number): void {
    const slow = this.#random.chance(0.008) ? 150 + this.#random.below(600) : 0
    const served = this.#served(time, 4 + this.#random.below(9) + slow)
    const token = { jti: this.#jti(), issued: time + served.latencyMs }
    this.#tokens.set(account, token)
    this.#push(served, tokenRequestRecord(account, served, 201, token.jti))
    this.#truth.issuance('kubernetes', account.app, userName(account))
    // Stage timestamps differ by 457 microseconds more.
    this.#truth.fetchLatency(served.latencyMs + 0.457)
  }

  #refuse(account: Account, time: number, code: number, latencyMs: number): void {
    const served = this.#served(time, latencyMs)
    this.#push(served, tokenRequestRecord(account, served, code))
    this.#truth.issuance('kubernetes', account.app, userName(account), String(code))
  }

  #drained(): readonly number[] {
    return [40, 150, 260].map((offset) => episodes.nodesDrained[0] + offset * second)
  }

  /** A pod starts on another node: the first request for its token is shed, the second served. */
  #moved(account: Account, time: number): void {
    this.#refuse(account, time, 429, 2)
    this.#truth.episodeFailure('nodes drained', episodes.nodesDrained, 'tokenIssuance')
    this.#issue(account, time + 1200 + this.#random.below(2 * second))
  }

  #call(account: Account, call: Call, time: number): void {
    const token = this.#tokens.get(account)
    if (token === undefined || time > token.issued + tokenLife) return
    const served = this.#served(time, 2 + this.#random.below(7))
    const [first, ...rest] = callRecords(account, call, served, token.jti)
    this.#push(served, first)
    for (const ended of rest) {
      this.#push({ ...served, latencyMs: watchMs }, ended)
      this.#truth.note('kubernetes watches, which have a record at each end')
    }
    this.#truth.use('kubernetes-audit', account.app, call.code === 403 ? 'bad' : 'good')
    if (call.resource === 'secrets') this.#truth.note('kubernetes secrets read by a service account')
  }

  #others(): { time: number; write: () => void }[] {
    const random = seededRandom('kubernetes others')
    const push = (time: number, write: (served: Served) => string): void => {
      const served = this.#served(time, 3)
      this.#push(served, write(served))
    }
    const server = [...instants(random, 6, steady)].map((time) => ({
      time,
      write: () => {
        push(time, serverRecord)
        this.#truth.note("kubernetes API server's own calls")
      },
    }))
    const person = [...instants(random, 1, working)].map((time) => ({
      time,
      write: () => {
        push(time, (served) => personRecord(people.jo.upn, served))
        this.#truth.note('kubernetes calls by people')
      },
    }))
    const refused = [...instants(random, 0.05, steady)].map((time) => ({
      time,
      write: () => {
        push(time, unauthorizedRecord)
        this.#truth.note('kubernetes 401s, which name nobody')
      },
    }))
    return [...server, ...person, ...refused]
  }

  #binding(): { time: number; write: () => void } {
    const time = at('Wed', '11:30:12')
    const write = (): void => {
      const deployer = serviceAccounts.find((account) => account.name === 'deployer')
      const token = deployer && this.#tokens.get(deployer)
      if (deployer === undefined || token === undefined) return
      const served = this.#served(time, 6)
      this.#push(served, roleBindingRecord(deployer, catalogIndexer, served, token.jti))
      this.#truth.note('kubernetes changes made by service accounts')
      this.#truth.change(
        {
          provider: 'kubernetes',
          what: 'Role index-reader granted',
          holder: userName(catalogIndexer),
          actor: userName(deployer),
          planned: true,
        },
        time,
      )
    }
    return { time, write }
  }

  #served(received: number, latencyMs: number): Served {
    return { auditId: this.#auditId(), received, latencyMs }
  }

  #push({ received, latencyMs }: Served, text: string): void {
    this.records.push({ time: received + latencyMs, text })
  }
}

export function kubernetesWeek(truth: Truth): readonly LogRecord[] {
  const week = new KubernetesWeek(truth, seededRandom('kubernetes'))
  week.run()
  return week.records
}

export const kubernetesNoise = [
  {
    arrival: at('Tue', '02:11:40'),
    text: 'E1110 02:11:40.118233       1 audit.go:110] rotating the audit log',
  },
  {
    arrival: at('Fri', '08:20:05'),
    text: '{"kind":"Event","apiVersion":"audit.k8s.io/v1","level":"Metadata","auditID":"5d1c0f7e-8a',
  },
  {
    arrival: at('Sat', '19:44:51'),
    text: '{"kind":"Event","apiVersion":"audit.k8s.io/v1","level":"Metadata","stage":"ResponseComplete","verb":"get"}',
  },
] as const
