/** A week of Azure: tokens from Entra, calls to key vaults, and the role changes between them. */

import { guidSeries, type Random, seededRandom } from '../../src/simulation/random.ts'
import { roleAssignmentRecords, vaultId, vaultRecord } from '../../src/simulation/records/azure-resources.ts'
import { appRoleRecord, SignInLog, signInRecord } from '../../src/simulation/records/entra.ts'
import type { LogRecord } from './delivery.ts'
import * as episodes from './episodes.ts'
import {
  azureIdentities,
  catalogSearch,
  checkoutApi,
  legacyImporter,
  ordersApi,
  type PlannedAudience,
  type PlannedIdentity,
  type PlannedVaultUse,
  paymentsApi,
  people,
  subscriptionId,
  tenantId,
  terraform,
} from './estate-azure.ts'
import type { Truth } from './truth.ts'
import { at, instants, minute, second } from './week.ts'

const transientError = 90033
const subscription = { tenantId, subscriptionId }

interface Draft {
  readonly time: number
  readonly write: () => void
}

/** Writes one week's records into `records` and counts them in `truth`. */
class AzureWeek {
  readonly records: LogRecord[] = []
  readonly #truth: Truth
  readonly #random: Random
  readonly #signInLog = new SignInLog(tenantId)
  readonly #vaultCorrelation = guidSeries('vault call')

  constructor(truth: Truth, random: Random) {
    this.#truth = truth
    this.#random = random
  }

  run(): void {
    const drafts: Draft[] = []
    for (const identity of azureIdentities) {
      const random = seededRandom(`azure ${identity.name}`)
      for (const audience of identity.audiences)
        for (const time of instants(random, audience.perHour, identity.shape))
          drafts.push({ time, write: () => this.#ask(identity, audience, time) })
      const use = identity.vaultUse
      if (use === undefined) continue
      for (const time of instants(random, use.perHour, identity.shape))
        drafts.push({ time, write: () => this.#call(identity, use, time) })
    }
    drafts.push(...this.#rotation())
    for (const draft of drafts.sort((a, b) => a.time - b.time)) draft.write()
    this.#changes()
  }

  #ask(identity: PlannedIdentity, audience: PlannedAudience, time: number): void {
    if (identity === legacyImporter && time >= episodes.secretExpires) {
      this.#signIn(identity, audience, time, 7000222)
      return
    }
    if (identity === checkoutApi && audience.name === ordersApi && isDenied(time, episodes.appRoleRemoved)) {
      for (const attempt of [time, ...episodes.retryDelays.map((delay) => time + delay)]) {
        this.#signIn(identity, audience, attempt, 501051)
        this.#truth.episodeFailure('access review', episodes.appRoleRemoved, 'tokenIssuance')
      }
      return
    }
    const isRetried = this.#random.chance(0.0006)
    if (isRetried) this.#signIn(identity, audience, time, transientError)
    this.#signIn(identity, audience, isRetried ? time + episodes.retryDelays[0] : time, 0)
  }

  #signIn(identity: PlannedIdentity, audience: PlannedAudience, time: number, errorCode: number): void {
    const emitted = this.#random.chance(0.04) ? time + this.#random.below(110 * second) : time
    const signIn = { identity, audience, time, emitted, errorCode }
    this.records.push({ time, text: signInRecord(this.#signInLog, signIn) })
    this.#truth.issuance(
      'azure',
      identity.app,
      identity.name,
      errorCode === 0 ? undefined : String(errorCode),
    )
  }

  #call(identity: PlannedIdentity, use: PlannedVaultUse, time: number): void {
    if (identity === checkoutApi && isDenied(time, episodes.vaultRoleRemoved)) {
      for (const attempt of [time, time + episodes.retryDelays[0], time + episodes.retryDelays[1]]) {
        this.#vaultCall(identity, use, attempt, 403)
        this.#truth.use('key-vault', identity.app, 'bad')
        this.#truth.episodeFailure('access review', episodes.vaultRoleRemoved, 'serviceAuth')
      }
      return
    }
    this.#vaultCall(identity, use, time, 200)
    this.#truth.use('key-vault', identity.app, 'good')
    if (use.operation === 'SecretGet') this.#truth.note('key-vault secrets read by a managed identity')
  }

  #vaultCall(
    identity: PlannedIdentity,
    use: PlannedVaultUse,
    time: number,
    httpStatusCode: 200 | 401 | 403,
  ): void {
    const durationMs = 9 + this.#random.below(40)
    const correlationId = this.#vaultCorrelation()
    const call = { identity, use, time, httpStatusCode, durationMs, correlationId }
    this.records.push({ time, text: vaultRecord(subscription, call) })
  }

  /** Replica by replica: a 401 for the expired token, then a success with a new one. Two come back too late. */
  #rotation(): Draft[] {
    const { vaultUse } = paymentsApi
    if (vaultUse === undefined) return []
    const rotated = Array.from({ length: 24 }, (_, replica) => {
      const time = episodes.tokensRotated[0] + replica * 20 * second
      const write = (): void => {
        this.#vaultCall(paymentsApi, vaultUse, time, 401)
        this.#truth.use('key-vault', paymentsApi.app, 'excluded')
        this.#vaultCall(paymentsApi, vaultUse, time + 2 * second + this.#random.below(6 * second), 200)
        this.#truth.use('key-vault', paymentsApi.app, 'good')
      }
      return { time, write }
    })
    const stuck = [at('Wed', '03:31:10'), at('Sat', '03:12:40')].map((time) => ({
      time,
      write: () => {
        this.#vaultCall(paymentsApi, vaultUse, time, 401)
        this.#truth.use('key-vault', paymentsApi.app, 'bad')
      },
    }))
    return [...rotated, ...stuck]
  }

  #changes(): void {
    const [appRoleLost, appRoleBack] = episodes.appRoleRemoved
    const [vaultRoleLost, vaultRoleBack] = episodes.vaultRoleRemoved
    this.#appRole(appRoleLost, true, 'jo')
    this.#roleAssignment(vaultRoleLost, true, checkoutApi, 'jo')
    this.#appRole(appRoleBack, false, 'sam')
    this.#roleAssignment(vaultRoleBack, false, checkoutApi, 'sam')
    this.#roleAssignment(at('Mon', '10:12:30'), false, catalogSearch, terraform)
  }

  #appRole(time: number, isRemoval: boolean, by: keyof typeof people): void {
    const role = 'Orders.Submit'
    const text = appRoleRecord({
      tenantId,
      time,
      isRemoval,
      by: people[by],
      holder: checkoutApi,
      application: ordersApi,
      role,
    })
    this.records.push({ time, text })
    const what = `app role ${role} on ${ordersApi} ${isRemoval ? 'removed' : 'granted'}`
    const actor = people[by].upn
    this.#truth.change({ provider: 'azure', what, holder: checkoutApi.name, actor, planned: false }, time)
  }

  #roleAssignment(
    time: number,
    isRemoval: boolean,
    holder: PlannedIdentity,
    by: keyof typeof people | PlannedIdentity,
  ): void {
    const isPipeline = typeof by === 'object'
    const role = holder === checkoutApi ? 'Key Vault Crypto User' : 'Search Index Data Reader'
    const scope =
      holder === checkoutApi
        ? vaultId(subscription, 'kv-acme-checkout')
        : `/subscriptions/${subscriptionId}/resourceGroups/rg-catalog/providers/Microsoft.Search/searchServices/srch-acme-catalog`
    const [started, ended] = roleAssignmentRecords(subscription, {
      time,
      isRemoval,
      by: isPipeline ? by : people[by],
      holder,
      role,
      scope,
    })
    this.records.push({ time, text: started }, { time: time + 640, text: ended })
    this.#truth.note('activity log records that only say that an operation began')
    this.#truth.change(
      {
        provider: 'azure',
        what: `role ${role} ${isRemoval ? 'removed' : 'granted'}`,
        holder: holder.name,
        actor: isPipeline ? by.name : people[by].upn,
        planned: isPipeline,
      },
      time + 640,
    )
  }
}

/** A change has an effect a little later than it is made, at both ends. */
function isDenied(time: number, [from, to]: readonly [number, number]): boolean {
  return episodes.isWithin(time, [from + episodes.propagation, to + episodes.propagation - 10 * second])
}

export function azureWeek(truth: Truth): readonly LogRecord[] {
  const week = new AzureWeek(truth, seededRandom('azure'))
  week.run()
  return week.records
}

/** Lines that a log pipeline leaves behind on a bad day. */
export const azureNoise = [
  { arrival: at('Mon', '22:41:09'), text: '2026-11-09T22:41:09Z WARN forwarder: link detached, reattaching' },
  {
    arrival: at('Wed', '05:17:30'),
    text: '{"records":[{"time":"2026-11-11T05:14:52.0310000Z","category":"ManagedIdentitySignInLogs","properties":{"createdDateTi',
  },
  {
    arrival: at('Thu', '16:02:44'),
    text: '{"records":[{"time":"2026-11-12T16:00:01.4400000Z","category":"ManagedIdentitySignInLogs","resultType":"0"}]}',
  },
  {
    arrival: at('Sat', '11:30:00') + minute / 3,
    text: '{"records":[{"time":"2026-11-14T11:27:12.9080000Z",',
  },
] as const
