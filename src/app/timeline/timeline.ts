/** What alerts did while records arrived: the engine is looked at in steps of arrival time. */
import { type ActiveAlert, ActiveAlerts } from '../../objectives/active-alerts.ts'
import type { ObjectiveStatus } from '../../objectives/evaluate.ts'

export interface Transition {
  /** RFC 3339: the step of arrival time at which it was seen. */
  readonly at: string
  /** `<service>-<name>` */
  readonly objective: string
  readonly alert: ActiveAlert['alert']
  readonly severity: ActiveAlert['severity']
  readonly state: 'firing' | 'resolved'
  /** The first failure mode, where one was found. */
  readonly diagnosis: string | null
  /** Identities with most failures when it fired, most first. */
  readonly culprits: readonly string[]
}

const maxCulprits = 3

export class Timeline {
  readonly transitions: Transition[] = []
  readonly #stepMs: number
  readonly #statuses: () => readonly ObjectiveStatus[]
  readonly #alerts = new ActiveAlerts()
  /** By objective and alert, while it fires. */
  readonly #culprits = new Map<string, readonly string[]>()
  /** The step that sees what has arrived since the last one, epoch ms. */
  #due: number | undefined

  /** `statuses`: how all objectives stand by what has arrived. */
  constructor(stepMs: number, statuses: () => readonly ObjectiveStatus[]) {
    this.#stepMs = stepMs
    this.#statuses = statuses
  }

  /** Call before a record counts; `at` never goes back. Steps at which nothing new had arrived see nothing new. */
  arriving(at: number): void {
    if (!Number.isFinite(at)) return
    if (this.#due !== undefined && at > this.#due) this.#look(this.#due)
    this.#due = Math.ceil(at / this.#stepMs) * this.#stepMs
  }

  /** Call when all has arrived. */
  finish(): void {
    if (this.#due !== undefined) this.#look(this.#due)
    this.#due = undefined
  }

  #look(at: number): void {
    const statuses = this.#statuses()
    const { fired, resolved } = this.#alerts.update(statuses)
    for (const alert of resolved) {
      const key = keyOf(alert)
      this.#tell(at, alert, 'resolved', this.#culprits.get(key) ?? [])
      this.#culprits.delete(key)
    }
    for (const alert of fired) {
      const culprits = culpritsOf(alert, statuses)
      this.#culprits.set(keyOf(alert), culprits)
      this.#tell(at, alert, 'firing', culprits)
    }
  }

  #tell(
    at: number,
    { objective, alert, severity }: ActiveAlert,
    state: Transition['state'],
    culprits: readonly string[],
  ): void {
    const time = new Date(at).toISOString()
    this.transitions.push({ at: time, objective, alert, severity, state, diagnosis: null, culprits })
  }
}

function keyOf({ objective, alert }: ActiveAlert): string {
  return `${objective} ${alert}`
}

/** Who failed most in the days that the alert's long window touches: attribution is kept by the day. */
function culpritsOf(alert: ActiveAlert, statuses: readonly ObjectiveStatus[]): readonly string[] {
  const status = statuses.find(({ state }) => state.objective.id === alert.objective)
  if (status === undefined) return []
  const longMs = status.state.alertWindows.find(({ id }) => id === alert.alert)?.longMs
  const from = longMs === undefined ? status.from : status.to - longMs
  const top = status.state.contributors('identity', from, status.to).top(maxCulprits)
  return top.map(({ key }) => key)
}
