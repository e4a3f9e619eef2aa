/** Which alerts are firing, and since when. Kept over restarts: what was one page before stays one page after. */
import { type ChunkWriter, jsonBytes, jsonOf, type Stateful } from '../events/chunk.ts'
import { type AlertReading, keepFiring, type ObjectiveStatus } from './evaluate.ts'

export interface ActiveAlert {
  readonly objective: string
  readonly alert: AlertReading['id']
  readonly severity: AlertReading['severity']
  /** Event time at which it was first seen to fire, epoch ms. */
  readonly since: number
}

export interface AlertChanges {
  readonly fired: readonly ActiveAlert[]
  readonly resolved: readonly ActiveAlert[]
}

function keyOf({ objective, alert }: Pick<ActiveAlert, 'objective' | 'alert'>): string {
  return `${objective} ${alert}`
}

/** What is kept of one: also the event time at which it was last seen to fire, epoch ms. */
interface Kept {
  readonly alert: ActiveAlert
  readonly seen: number
}

function firingOf(statuses: readonly ObjectiveStatus[]): ActiveAlert[] {
  return statuses.flatMap(({ state, to, alerts }) =>
    alerts
      .filter(({ isFiring }) => isFiring)
      .map(({ id, severity }) => ({ objective: state.objective.id, alert: id, severity, since: to })),
  )
}

/** By key, the event time after which an alert must have been seen to fire so that it goes on, epoch ms. */
function graceOf(statuses: readonly ObjectiveStatus[]): ReadonlyMap<string, number> {
  return new Map(
    statuses.flatMap(({ state, to, alerts }) =>
      alerts.map((alert) => [
        keyOf({ objective: state.objective.id, alert: alert.id }),
        to - keepFiring(alert),
      ]),
    ),
  )
}

export class ActiveAlerts implements Stateful {
  #kept = new Map<string, Kept>()
  #isDirty = false

  /** In the order in which they began to fire. */
  all(): readonly ActiveAlert[] {
    return [...this.#kept.values()].map(({ alert }) => alert)
  }

  /**
   * A page goes on for a while after its windows are clear, so that what comes back is not told again. An alert of an
   * objective that is not there any more is resolved.
   */
  update(statuses: readonly ObjectiveStatus[]): AlertChanges {
    const firing = new Map(firingOf(statuses).map((alert) => [keyOf(alert), alert]))
    const keepFrom = graceOf(statuses)
    const resolved = [...this.#kept].filter(
      ([key, { seen }]) => !firing.has(key) && seen <= (keepFrom.get(key) ?? Number.POSITIVE_INFINITY),
    )
    const fired = [...firing].filter(([key]) => !this.#kept.has(key))
    for (const [key] of resolved) this.#kept.delete(key)
    for (const [key, alert] of firing) {
      const known = this.#kept.get(key)?.alert ?? alert
      this.#kept.set(key, { alert: known, seen: alert.since })
    }
    this.#isDirty ||= resolved.length > 0 || firing.size > 0
    return {
      fired: fired.map(([, alert]) => alert),
      resolved: resolved.map(([, { alert }]) => alert),
    }
  }

  save(out: ChunkWriter): void {
    if (this.#isDirty) out.put('active', jsonBytes([...this.#kept.values()]))
  }

  saved(): void {
    this.#isDirty = false
  }

  restore(_key: string, bytes: Uint8Array): void {
    this.#kept = new Map(jsonOf<Kept[]>(bytes).map((kept) => [keyOf(kept.alert), kept]))
  }
}
