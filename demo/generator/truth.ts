/** What the generator knows it has written: counted as it writes, never by reading the logs again. */

import { toSeconds } from '../../src/simulation/instant-text.ts'
import type { App } from './estate-azure.ts'
import { weekEnd, weekStart } from './week.ts'

export type Provider = 'azure' | 'aws' | 'kubernetes'

/** Logs that show uses of tokens. */
export type UseLog = 'key-vault' | 'cloudtrail' | 'kubernetes-audit'

export interface Tally {
  good: number
  bad: number
  excluded: number
}

export interface Change {
  readonly time: string
  readonly provider: Provider
  readonly what: string
  readonly holder: string
  readonly actor: string
  /** By a pipeline, as planned; the others are people's. */
  readonly planned: boolean
}

export interface Delivery {
  files: number
  /** Records in the files, repeats included; broken ones are not. */
  records: number
  duplicates: number
  /** More than an hour behind the newest record that came before. */
  late: number
  /** Lines that are no JSON document. */
  malformedLines: number
  /** JSON that lacks what makes it a record. */
  brokenRecords: number
}

type Verdict = keyof Tally

/** Named counts, in the order in which they were first asked for. */
class Tallies {
  readonly #byKey = new Map<string, Tally>()

  add(key: string, verdict: Verdict): void {
    const tally = this.#byKey.get(key) ?? { good: 0, bad: 0, excluded: 0 }
    tally[verdict]++
    this.#byKey.set(key, tally)
  }

  toJSON(): Record<string, Partial<Tally>> {
    const sorted = [...this.#byKey].sort(([a], [b]) => (a < b ? -1 : 1))
    return Object.fromEntries(
      sorted.map(([key, { good, bad, excluded }]) => [
        key,
        excluded === 0 ? { good, bad } : { good, bad, excluded },
      ]),
    )
  }
}

class Counts {
  readonly #byKey = new Map<string, number>()

  add(key: string): void {
    this.#byKey.set(key, (this.#byKey.get(key) ?? 0) + 1)
  }

  toJSON(): Record<string, number> {
    return Object.fromEntries([...this.#byKey].sort(([a], [b]) => (a < b ? -1 : 1)))
  }
}

/** A stretch of time in which one thing goes wrong, and how many failures of it there are. */
interface Episode {
  readonly from: string
  readonly to: string
  readonly tokenIssuance: number
  readonly serviceAuth: number
}

export class Truth {
  readonly #issuanceByProvider = new Tallies()
  readonly #issuanceByApp = new Tallies()
  readonly #issuanceByProviderAndApp = new Tallies()
  readonly #issuanceFailures = new Counts()
  readonly #useByLog = new Tallies()
  readonly #useByLogAndApp = new Tallies()
  readonly #latency = new Tallies()
  readonly #other = new Counts()
  readonly #episodes = new Map<string, Episode>()
  readonly #changes: Change[] = []
  readonly #deliveries = new Map<Provider, Delivery>()
  readonly #identities = new Set<string>()

  /** `code` is the provider's own, of a failure. */
  issuance(provider: Provider, app: App, identity: string, code?: string): void {
    const verdict = code === undefined ? 'good' : 'bad'
    this.#issuanceByProvider.add(provider, verdict)
    this.#issuanceByApp.add(app, verdict)
    this.#issuanceByProviderAndApp.add(`${provider}/${app}`, verdict)
    if (code !== undefined) this.#issuanceFailures.add(`${provider}/${code}`)
    this.#identities.add(`${provider}/${identity}`)
  }

  /** `excluded`: a 401 for an expired token that is followed by a success within the rotation grace. */
  use(log: UseLog, app: App, verdict: Verdict): void {
    this.#useByLog.add(log, verdict)
    this.#useByLogAndApp.add(`${log}/${app}`, verdict)
  }

  /** Of a successful TokenRequest, as the API server's own times show it. */
  fetchLatency(ms: number): void {
    this.#latency.add('kubernetes within 200 ms', ms <= 200 ? 'good' : 'bad')
  }

  /** Records that are none of the indicators' business, and other things worth counting. */
  note(what: string): void {
    this.#other.add(what)
  }

  change(change: Omit<Change, 'time'>, time: number): void {
    this.#changes.push({ time: toSeconds(time), ...change })
  }

  episodeFailure(name: string, window: readonly [number, number], of: 'tokenIssuance' | 'serviceAuth'): void {
    const episode = this.#episodes.get(name) ?? {
      from: toSeconds(window[0]),
      to: toSeconds(window[1]),
      tokenIssuance: 0,
      serviceAuth: 0,
    }
    this.#episodes.set(name, { ...episode, [of]: episode[of] + 1 })
  }

  delivery(provider: Provider, delivery: Delivery): void {
    this.#deliveries.set(provider, delivery)
  }

  toJSON(): Record<string, unknown> {
    return {
      week: { from: toSeconds(weekStart), to: toSeconds(weekEnd) },
      identitiesThatAskForTokens: this.#identities.size,
      deliveries: Object.fromEntries(this.#deliveries),
      tokenIssuance: {
        byProvider: this.#issuanceByProvider,
        byApp: this.#issuanceByApp,
        byProviderAndApp: this.#issuanceByProviderAndApp,
        failuresByCode: this.#issuanceFailures,
      },
      tokenFetchLatency: this.#latency,
      serviceAuth: { byLog: this.#useByLog, byLogAndApp: this.#useByLogAndApp },
      other: this.#other,
      episodes: Object.fromEntries(this.#episodes),
      changes: this.#changes.toSorted((a, b) => (a.time < b.time ? -1 : 1)),
    }
  }
}
