/** Paging without Prometheus: what fires is kept in a book, and every Alertmanager is told of it until it knows. */
import type { Diagnosis } from '../diagnosis/diagnosis.ts'
import type { Stateful } from '../events/chunk.ts'
import type { ActiveAlert } from '../objectives/active-alerts.ts'
import type { ObjectiveStatus } from '../objectives/evaluate.ts'
import type { Links } from '../outputs/alert-text.ts'
import { type NameOf, type OutgoingAlert, outgoingAlert } from '../outputs/outgoing-alerts.ts'
import { type EngineEvidence, outgoingEngineAlerts } from '../outputs/outgoing-engine-alerts.ts'
import { outgoingCriticalOutage } from '../outputs/platform-alerts.ts'
import { type PostTarget, postAlerts } from '../platform/alertmanager/post-alerts.ts'
import { Replica, type ReplicaFacts } from '../platform/alertmanager/replica.ts'
import type { Config } from './config.ts'
import { type FiringAlert, PageBook } from './page-book.ts'

export interface PagerOptions {
  readonly settings: Config['alertmanager']
  readonly links: Links
  readonly now: () => number
  readonly steadyMs: () => number
  readonly nameOf: NameOf
  /** Asked once an evaluation, and only when something fires. */
  readonly diagnoses: () => readonly Diagnosis[]
  readonly log: { readonly info: Say; readonly warn: Say }
}

type Say = (facts: object, message: string) => void

export class Pager {
  readonly #options: PagerOptions
  readonly #book = new PageBook()
  readonly #replicas: readonly Replica[]
  readonly #stopping = new AbortController()

  constructor(options: PagerOptions) {
    this.#options = options
    this.#replicas = options.settings.replicas.map((replica) => this.#replica(replica))
  }

  #replica({ url, bearerToken }: Config['alertmanager']['replicas'][number]): Replica {
    const { settings, log } = this.#options
    const target: PostTarget = {
      url: url.replace(/\/+$/, ''),
      headers: bearerToken === undefined ? {} : { authorization: `Bearer ${bearerToken.reveal()}` },
      timeoutMs: settings.timeoutSeconds * 1000,
    }
    const name = new URL(url).host
    return new Replica({
      name,
      post: (alerts) => postAlerts(target, alerts, this.#stopping.signal),
      resendMs: settings.resendSeconds * 1000,
      now: this.#options.now,
      steadyMs: this.#options.steadyMs,
      random: Math.random,
      onTrouble: (reason) => {
        if (this.#stopping.signal.aborted) return
        if (reason === undefined) log.info({ alertmanager: name }, 'Alertmanager answers again')
        else log.warn({ alertmanager: name, reason }, 'Alertmanager does not take alerts; they are kept')
      },
    })
  }

  get isEnabled(): boolean {
    return this.#replicas.length > 0
  }

  /** What has to survive a restart. */
  get state(): Stateful {
    return this.#book
  }

  get held(): number {
    return this.#book.held
  }

  replicas(): readonly ReplicaFacts[] {
    return this.#replicas.map((replica) => replica.facts())
  }

  /** After each evaluation. Whether the book has changed, and is to be committed. */
  update(
    active: readonly ActiveAlert[],
    statuses: readonly ObjectiveStatus[],
    evidence: EngineEvidence,
  ): boolean {
    if (!this.isEnabled) return false
    const now = this.#options.now()
    const firing = [...this.#firing(active, statuses, now), ...this.#engine(active, statuses, evidence, now)]
    this.#book.update(firing, now)
    return this.#book.hasChanged
  }

  #firing(active: readonly ActiveAlert[], statuses: readonly ObjectiveStatus[], now: number): FiringAlert[] {
    const { settings, links, nameOf } = this.#options
    if (active.length === 0) return []
    const diagnoses = this.#options.diagnoses()
    const byId = new Map(statuses.map((status) => [status.state.objective.id, status]))
    return active.flatMap((alert) => {
      const status = byId.get(alert.objective)
      if (status === undefined) return []
      const outgoing = outgoingAlert(alert, status, links, settings.labels, nameOf, diagnoses)
      if (outgoing === undefined) return []
      return [{ ...outgoing, isStale: this.#isStale(status, now) }]
    })
  }

  #isStale({ to }: ObjectiveStatus, now: number): boolean {
    return now - to > this.#options.settings.maxAlertAgeSeconds * 1000
  }

  #engine(
    active: readonly ActiveAlert[],
    statuses: readonly ObjectiveStatus[],
    evidence: EngineEvidence,
    now: number,
  ): FiringAlert[] {
    const { settings, links } = this.#options
    const fresh = statuses.filter((status) => !this.#isStale(status, now))
    const outgoing: readonly OutgoingAlert[] = [
      ...outgoingEngineAlerts(evidence, links, settings.labels),
      ...outgoingCriticalOutage(fresh, active, links, settings.labels),
    ]
    return outgoing.map((alert) => ({ ...alert, isStale: false }))
  }

  /** Tells every replica what it does not know; cheap when there is nothing. */
  deliver(): Promise<unknown> {
    const pages = this.#book.all()
    return Promise.all(this.#replicas.map((replica) => replica.deliver(pages)))
  }

  /** Alerts go on firing while we are away: Alertmanager ends them by itself if nobody comes back. */
  stop(): void {
    this.#stopping.abort()
  }
}
