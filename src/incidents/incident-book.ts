/**
 * The incidents there were, in event time: alerts that belong together, with what was known about them while they fired.
 * Kept over restarts, and bounded: the newest incidents, each with so many objectives, diagnoses and names.
 */
import { type ChunkWriter, jsonBytes, jsonOf, type Stateful } from '../events/chunk.ts'
import type { ObjectiveStatus } from '../objectives/evaluate.ts'
import { exhausted, type Firing, incidentOf, pauseMs } from './belonging.ts'
import { type Fire, fireKey, fires, isBurning, mergedWith, wentOn, withAlert } from './course.ts'
import { type Incident, isOpen } from './incident.ts'
import { type Look, measured } from './measured.ts'

/** Beyond it, those that began first are forgotten: a few KB each, up to about 100 with many objectives. */
const maxIncidents = 500
const hourMs = 3_600_000

function burningOf(statuses: readonly ObjectiveStatus[]): ReadonlyMap<string, Fire> {
  return new Map(
    statuses.flatMap((status) =>
      status.alerts
        .filter(({ isFiring }) => isFiring)
        .map((alert) => [fireKey(status.state.objective.id, alert.id), { status, alert }]),
    ),
  )
}

/** Pages first: a ticket that begins with them is a part of what they tell. */
function pagesFirst(a: Fire, b: Fire): number {
  const rank = ({ alert }: Fire): number => (alert.severity === 'page' ? 0 : 1)
  const [x, y] = [a.status.state.objective.id, b.status.state.objective.id]
  return rank(a) - rank(b) || (x === y ? 0 : x < y ? -1 : 1)
}

/** `20260131T094010Z-checkout-token-issuance` */
function idOf({ at, objective }: Firing): string {
  return `${new Date(at).toISOString().slice(0, 19).replaceAll(/[-:]/g, '')}Z-${objective}`
}

function opened(firing: Firing, { seenAt }: Look): Incident {
  const { severity, owner, at } = firing
  return {
    ...{ id: idOf(firing), severity, owner, detectedAt: at, seenAt },
    ...{ objectives: [], identities: [], diagnoses: [], changes: [] },
  }
}

function firingOf({ status, alert: { id, severity } }: Fire, look: Look): Firing {
  const { objective, alertWindows } = status.state
  const longMs = alertWindows.find((tier) => tier.id === id)?.longMs ?? hourMs
  const diagnosis = look.diagnose(status, longMs)
  return { objective: objective.id, owner: objective.owner, alert: id, severity, diagnosis, at: status.to }
}

export class IncidentBook implements Stateful {
  readonly #incidents = new Map<string, Incident>()
  /** Those that are open, or have an alert that fires. */
  readonly #live = new Set<string>()
  readonly #dirty = new Set<string>()
  /** Budgets that were overspent at the last look; undefined before the first. */
  #overspent: ReadonlySet<string> | undefined

  /** The newest first. */
  all(): readonly Incident[] {
    return [...this.#incidents.values()].sort((a, b) => b.detectedAt - a.detectedAt || (a.id < b.id ? -1 : 1))
  }

  get(id: string): Incident | undefined {
    return this.#incidents.get(id)
  }

  /** Whether anything has changed that has to be kept. */
  update(look: Look): boolean {
    const at = look.statuses[0]?.to
    if (at === undefined) return false
    const burning = burningOf(look.statuses)
    const claimed = new Set<string>()
    for (const incident of this.#liveOnes()) this.#put(wentOn(incident, burning, at, claimed))
    const begun = [...burning].filter(([key]) => !claimed.has(key)).map(([, fire]) => fire)
    for (const fire of begun.toSorted(pagesFirst)) this.#begin(fire, look)
    const overspent = [...burning].filter(([, { alert }]) => alert.id === exhausted)
    this.#overspent = new Set(overspent.map(([key]) => key))
    for (const incident of this.#liveOnes()) this.#settle(incident, look, at)
    this.#forget()
    return this.#dirty.size > 0
  }

  #liveOnes(): readonly Incident[] {
    return [...this.#live].flatMap((id) => this.#incidents.get(id) ?? [])
  }

  #begin(fire: Fire, look: Look): void {
    if (fire.alert.id === exhausted && this.#wasOverspent(fire)) return
    const firing = firingOf(fire, look)
    const known = incidentOf(firing, [...this.#incidents.values()])
    if (known === undefined && firing.alert === exhausted) return
    const joined = withAlert(known ?? opened(firing, look), fire, firing.at, look.seenAt)
    this.#put(firing.severity === 'page' ? this.#withTicket(joined, firing) : joined)
  }

  /** What was overspent before is no part of what comes later. */
  #wasOverspent({ status, alert }: Fire): boolean {
    return this.#overspent?.has(fireKey(status.state.objective.id, alert.id)) ?? true
  }

  /** Takes in the ticket that told of the same failures before they paged. */
  #withTicket(incident: Incident, { objective }: Firing): Incident {
    const since = incident.objectives.find(({ id }) => id === objective)?.firstFailure
    if (since === undefined) return incident
    const ticket = this.#liveOnes().find(
      ({ severity, detectedAt, objectives }) =>
        severity === 'ticket' &&
        detectedAt >= since - pauseMs &&
        objectives.some(({ id }) => id === objective),
    )
    if (ticket === undefined) return incident
    this.#remove(ticket.id)
    return mergedWith(incident, ticket)
  }

  /** What is known of it, as long as it is open; and its end. */
  #settle(incident: Incident, look: Look, at: number): void {
    if (!isOpen(incident)) return
    const known = measured(incident, look)
    this.#put(isBurning(known) ? known : { ...known, resolvedAt: at })
  }

  #put(incident: Incident): void {
    const before = this.#incidents.get(incident.id)
    this.#incidents.set(incident.id, incident)
    if (isOpen(incident) || fires(incident)) this.#live.add(incident.id)
    else this.#live.delete(incident.id)
    if (JSON.stringify(before) !== JSON.stringify(incident)) this.#dirty.add(incident.id)
  }

  #remove(id: string): void {
    this.#incidents.delete(id)
    this.#live.delete(id)
    this.#dirty.add(id)
  }

  #forget(): void {
    if (this.#incidents.size > maxIncidents)
      for (const { id } of this.all().slice(maxIncidents)) this.#remove(id)
  }

  save(out: ChunkWriter): void {
    for (const id of this.#dirty) {
      const incident = this.#incidents.get(id)
      if (incident === undefined) out.remove(encodeURIComponent(id))
      else out.put(encodeURIComponent(id), jsonBytes(incident))
    }
  }

  saved(): void {
    this.#dirty.clear()
  }

  restore(_key: string, bytes: Uint8Array): void {
    this.#put(jsonOf<Incident>(bytes))
    this.#dirty.clear()
  }
}
