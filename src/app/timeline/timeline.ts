/** What alerts did while records arrived: the engine is looked at in steps of arrival time. */
import type { Diagnosis } from '../../diagnosis/diagnosis.ts'
import { type ActiveAlert, ActiveAlerts } from '../../objectives/active-alerts.ts'
import type { ObjectiveStatus } from '../../objectives/evaluate.ts'
import { diagnosisOfAlert } from '../../outputs/outgoing-alerts.ts'

export interface Transition {
  /** RFC 3339: the step of arrival time at which it was seen. */
  readonly at: string
  /** `<service>-<name>` */
  readonly objective: string
  readonly alert: ActiveAlert['alert']
  readonly severity: ActiveAlert['severity']
  readonly state: 'firing' | 'resolved'
  /** Failure mode of whoever failed most, where one was found when it fired. */
  readonly diagnosis: string | null
  /** Identities with most failures when it fired, most first. */
  readonly culprits: readonly string[]
}

type Finding = Pick<Transition, 'diagnosis' | 'culprits'>

/** At a step of arrival time, epoch ms. `diagnoses`: made once a step at most. */
export type OnLook = (
  at: number,
  statuses: readonly ObjectiveStatus[],
  diagnoses: () => readonly Diagnosis[],
) => void

const maxCulprits = 3
const nothing: Finding = { diagnosis: null, culprits: [] }

export class Timeline {
  readonly transitions: Transition[] = []
  readonly #stepMs: number
  readonly #statuses: () => readonly ObjectiveStatus[]
  readonly #diagnoses: () => readonly Diagnosis[]
  readonly #onLook: OnLook
  readonly #alerts = new ActiveAlerts()
  /** By objective and alert, while it fires. */
  readonly #found = new Map<string, Finding>()
  /** The step that sees what has arrived since the last one, epoch ms. */
  #due: number | undefined

  /** `statuses`: how all objectives stand by what has arrived; `diagnoses`: what it points to. */
  constructor(
    stepMs: number,
    statuses: () => readonly ObjectiveStatus[],
    diagnoses: () => readonly Diagnosis[] = () => [],
    onLook: OnLook = () => undefined,
  ) {
    this.#stepMs = stepMs
    this.#statuses = statuses
    this.#diagnoses = diagnoses
    this.#onLook = onLook
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
    let made: readonly Diagnosis[] | undefined
    const diagnoses = (): readonly Diagnosis[] => {
      made ??= this.#diagnoses()
      return made
    }
    this.#onLook(at, statuses, diagnoses)
    const { fired, resolved } = this.#alerts.update(statuses)
    for (const alert of resolved) {
      const key = keyOf(alert)
      this.#tell(at, alert, 'resolved', this.#found.get(key) ?? nothing)
      this.#found.delete(key)
    }
    if (fired.length === 0) return
    for (const alert of fired) {
      const found = findingOf(alert, statuses, diagnoses())
      this.#found.set(keyOf(alert), found)
      this.#tell(at, alert, 'firing', found)
    }
  }

  #tell(
    at: number,
    { objective, alert, severity }: ActiveAlert,
    state: Transition['state'],
    { culprits, diagnosis }: Finding,
  ): void {
    const time = new Date(at).toISOString()
    this.transitions.push({ at: time, objective, alert, severity, state, diagnosis, culprits })
  }
}

function keyOf({ objective, alert }: ActiveAlert): string {
  return `${objective} ${alert}`
}

/** Who failed most in the days that the alert's long window touches, as attribution is kept by the day, and why. */
function findingOf(
  alert: ActiveAlert,
  statuses: readonly ObjectiveStatus[],
  diagnoses: readonly Diagnosis[],
): Finding {
  const status = statuses.find(({ state }) => state.objective.id === alert.objective)
  if (status === undefined) return nothing
  const longMs = status.state.alertWindows.find(({ id }) => id === alert.alert)?.longMs
  const from = longMs === undefined ? status.from : status.to - longMs
  const top = status.state.contributors('identity', from, status.to).top(maxCulprits)
  const diagnosis = diagnosisOfAlert(diagnoses, status, status.to - from)
  return { diagnosis: diagnosis?.mode ?? null, culprits: top.map(({ key }) => key) }
}
