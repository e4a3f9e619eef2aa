/**
 * What one Alertmanager has been told, and what it has still to be told. Each replica has one of its own: they gossip
 * silences and the notification log, but no alerts.
 */
import type { PostResult, WireAlert } from './post-alerts.ts'

/** An alert that fires, or that was resolved a short while ago. Epoch ms of the wall clock. */
export interface AlertToSend {
  /** Its label set as one text. */
  readonly key: string
  readonly labels: Readonly<Record<string, string>>
  readonly annotations: Readonly<Record<string, string>>
  /** Undefined while it fires. */
  readonly resolvedAt: number | undefined
  /** Whether a former process may have sent it: then its end is worth telling even if this one never told its start. */
  readonly mayBeKnown: boolean
}

export interface ReplicaOptions {
  /** What /metrics calls it: host and port. */
  readonly name: string
  readonly post: (alerts: readonly WireAlert[]) => Promise<PostResult>
  readonly resendMs: number
  /** Epoch ms of the wall clock, and ms of one that only goes forward. */
  readonly now: () => number
  readonly steadyMs: () => number
  /** 0 to 1: spreads the attempts of many instances. */
  readonly random: () => number
  readonly onTrouble: (message: string | undefined) => void
}

export interface ReplicaFacts {
  readonly name: string
  /** Whether the last attempt was answered; undefined before the first. */
  readonly isUp: boolean | undefined
  /** Alerts taken, posts that failed, and alerts that it will not take. */
  readonly sent: number
  readonly failed: number
  readonly refused: number
  /** Alerts that have changed and that it does not know of yet. */
  readonly pending: number
}

type State = 'firing' | 'resolved' | 'refused'

interface Told {
  readonly state: State
  /** Ms of the steady clock, and epoch ms of the wall clock. */
  readonly at: number
  readonly wallAt: number
  /**
   * Epoch ms of the wall clock. When we first told it, not when it began: Alertmanager tells old alerts on at once,
   * before those that inhibit them have come, and so would page for each tier after it was away.
   */
  readonly startsAt: number
  /** Of the stretch without failures in which it was told. */
  readonly stretch: number
}

/** As Prometheus does. */
const batchSize = 64
const endsAfterResends = 4
const firstRetryMs = 1000
const longestRetryMs = 30_000

export class Replica {
  readonly #options: ReplicaOptions
  readonly #told = new Map<string, Told>()
  #isUp: boolean | undefined
  #sent = 0
  #failed = 0
  #refused = 0
  #pending = 0
  #failures = 0
  /** A replica that was away may have begun anew with nothing: what it was told before counts no more. */
  #stretch = 0
  #retryAt = Number.NEGATIVE_INFINITY
  #delivering: Promise<void> | undefined

  constructor(options: ReplicaOptions) {
    this.#options = options
  }

  facts(): ReplicaFacts {
    return {
      name: this.#options.name,
      isUp: this.#isUp,
      sent: this.#sent,
      failed: this.#failed,
      refused: this.#refused,
      pending: this.#pending,
    }
  }

  /**
   * Sends what is due: news at once, the rest at the resend interval. `alerts` is all there is: what is not in it any
   * more is forgotten. While an attempt is under way the call waits for that one and does nothing else.
   */
  deliver(alerts: readonly AlertToSend[]): Promise<void> {
    this.#delivering ??= this.#deliver(alerts).finally(() => {
      this.#delivering = undefined
    })
    return this.#delivering
  }

  async #deliver(alerts: readonly AlertToSend[]): Promise<void> {
    const known = new Set(alerts.map(({ key }) => key))
    for (const key of this.#told.keys()) if (!known.has(key)) this.#told.delete(key)
    const steadyMs = this.#options.steadyMs()
    const due = alerts.filter((alert) => this.#isDue(alert, steadyMs))
    this.#pending = due.filter((alert) => this.#isNews(alert)).length
    if (steadyMs < this.#retryAt) return
    for (let from = 0; from < due.length; from += batchSize) {
      if (!(await this.#send(due.slice(from, from + batchSize)))) return
    }
  }

  #isNews(alert: AlertToSend): boolean {
    const state = this.#told.get(alert.key)?.state
    if (state === 'refused') return false
    return state !== (alert.resolvedAt === undefined ? 'firing' : 'resolved')
  }

  #isDue(alert: AlertToSend, steadyMs: number): boolean {
    const told = this.#told.get(alert.key)
    if (told === undefined) return true
    if (told.state === 'refused') return false
    if (told.stretch !== this.#stretch) return true
    if (steadyMs - told.at >= this.#options.resendMs) return true
    // What was over before its start could be told stands for an interval: an end alone tells nobody anything.
    const isHeld = alert.resolvedAt !== undefined && told.wallAt >= alert.resolvedAt
    return this.#isNews(alert) && !isHeld
  }

  async #send(batch: readonly AlertToSend[]): Promise<boolean> {
    const now = this.#options.now()
    const states = batch.map((alert): State => this.#stateToTell(alert))
    const result = await this.#options.post(batch.map((alert, i) => this.#wire(alert, states[i], now)))
    if (result.kind === 'failed') return this.#hasFailed(result)
    this.#hasAnswered()
    if (result.kind === 'refused' && batch.length > 1) {
      const half = batch.length >> 1
      return (await this.#send(batch.slice(0, half))) && (await this.#send(batch.slice(half)))
    }
    const isRefused = result.kind === 'refused'
    const at = this.#options.steadyMs()
    for (const [i, { key }] of batch.entries())
      this.#told.set(key, {
        state: isRefused ? 'refused' : (states[i] ?? 'firing'),
        at,
        wallAt: now,
        startsAt: this.#startsAt(key, now),
        stretch: this.#stretch,
      })
    if (isRefused) {
      this.#refused += batch.length
      this.#options.onTrouble(`it refuses an alert: ${result.message}`)
    } else this.#sent += batch.length
    return true
  }

  #stateToTell(alert: AlertToSend): State {
    if (alert.resolvedAt === undefined) return 'firing'
    return this.#told.has(alert.key) || alert.mayBeKnown ? 'resolved' : 'firing'
  }

  #wire(alert: AlertToSend, state: State | undefined, now: number): WireAlert {
    const endsAt =
      state === 'resolved'
        ? Math.min(alert.resolvedAt ?? now, now)
        : now + endsAfterResends * this.#options.resendMs
    return {
      labels: alert.labels,
      annotations: alert.annotations,
      startsAt: new Date(Math.min(this.#startsAt(alert.key, now), endsAt)).toISOString(),
      endsAt: new Date(endsAt).toISOString(),
    }
  }

  #startsAt(key: string, now: number): number {
    const told = this.#told.get(key)
    return told?.stretch === this.#stretch ? told.startsAt : now
  }

  #hasAnswered(): void {
    if (this.#isUp === false) this.#options.onTrouble(undefined)
    this.#isUp = true
    this.#failures = 0
    this.#retryAt = Number.NEGATIVE_INFINITY
  }

  #hasFailed({ message, retryAfterMs }: Extract<PostResult, { kind: 'failed' }>): false {
    if (this.#isUp !== false) this.#options.onTrouble(message)
    this.#isUp = false
    this.#stretch++
    this.#failed++
    const backoffMs = Math.min(firstRetryMs * 2 ** this.#failures, longestRetryMs)
    this.#failures++
    const waitMs = Math.max(backoffMs * (0.5 + this.#options.random() / 2), retryAfterMs ?? 0)
    this.#retryAt = this.#options.steadyMs() + Math.min(waitMs, longestRetryMs)
    return false
  }
}
