/** Which alerts are firing, and since when. Kept over restarts: what was one page before stays one page after. */
import { type ChunkWriter, jsonBytes, jsonOf, type Stateful } from '../events/chunk.ts'
import type { AlertReading, ObjectiveStatus } from './evaluate.ts'

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

function firingOf(statuses: readonly ObjectiveStatus[]): ActiveAlert[] {
  return statuses.flatMap(({ state, to, alerts }) =>
    alerts
      .filter(({ isFiring }) => isFiring)
      .map(({ id, severity }) => ({ objective: state.objective.id, alert: id, severity, since: to })),
  )
}

export class ActiveAlerts implements Stateful {
  #active = new Map<string, ActiveAlert>()
  #isDirty = false

  /** In the order in which they began to fire. */
  all(): readonly ActiveAlert[] {
    return [...this.#active.values()]
  }

  /** An alert of an objective that is not there any more is resolved. */
  update(statuses: readonly ObjectiveStatus[]): AlertChanges {
    const firing = new Map(firingOf(statuses).map((alert) => [keyOf(alert), alert]))
    const resolved = [...this.#active].filter(([key]) => !firing.has(key))
    const fired = [...firing].filter(([key]) => !this.#active.has(key))
    for (const [key] of resolved) this.#active.delete(key)
    for (const [key, alert] of fired) this.#active.set(key, alert)
    this.#isDirty ||= resolved.length > 0 || fired.length > 0
    return { fired: fired.map(([, alert]) => alert), resolved: resolved.map(([, alert]) => alert) }
  }

  save(out: ChunkWriter): void {
    if (this.#isDirty) out.put('active', jsonBytes(this.all()))
  }

  saved(): void {
    this.#isDirty = false
  }

  restore(_key: string, bytes: Uint8Array): void {
    this.#active = new Map(jsonOf<ActiveAlert[]>(bytes).map((alert) => [keyOf(alert), alert]))
  }
}
