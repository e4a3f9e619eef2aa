/**
 * The alerts that Alertmanager is to know of: those that fire, and for a while those that were resolved. Kept over
 * restarts with the very labels they were sent with, so that what was one page before stays one page after.
 */
import { type ChunkWriter, jsonBytes, jsonOf, type Stateful } from '../events/chunk.ts'
import { alertKey, type OutgoingAlert } from '../outputs/outgoing-alerts.ts'
import type { AlertToSend } from '../platform/alertmanager/replica.ts'

export interface FiringAlert extends OutgoingAlert {
  /** Too old to wake anybody by: it is not sent unless it was sent before. */
  readonly isStale: boolean
}

/** Prometheus tells the end of an alert for so long. */
const keepResolvedMs = 15 * 60_000

export class PageBook implements Stateful {
  #pages = new Map<string, AlertToSend>()
  readonly #dirty = new Set<string>()
  #held = 0

  /** Firing alerts that are held back because they are stale. */
  get held(): number {
    return this.#held
  }

  all(): readonly AlertToSend[] {
    return [...this.#pages.values()]
  }

  /** `firing`: all alerts that fire now. `now`: epoch ms of the wall clock. */
  update(firing: readonly FiringAlert[], now: number): void {
    this.#held = 0
    const seen = new Set<string>()
    for (const alert of firing) {
      const key = alertKey(alert)
      const page = this.#pages.get(key)
      if (alert.isStale && page === undefined) {
        this.#held++
        continue
      }
      seen.add(key)
      if (page === undefined || page.resolvedAt !== undefined) this.#open(key, alert)
      else this.#pages.set(key, { ...page, annotations: alert.annotations })
    }
    for (const [key, page] of this.#pages) {
      if (seen.has(key)) continue
      if (page.resolvedAt === undefined) this.#put(key, { ...page, resolvedAt: now })
      else if (now - page.resolvedAt >= keepResolvedMs) this.#remove(key)
    }
  }

  #open(key: string, { labels, annotations }: FiringAlert): void {
    this.#put(key, { key, labels, annotations, resolvedAt: undefined, mayBeKnown: false })
  }

  #put(key: string, page: AlertToSend): void {
    this.#pages.set(key, page)
    this.#dirty.add(key)
  }

  #remove(key: string): void {
    this.#pages.delete(key)
    this.#dirty.add(key)
  }

  get hasChanged(): boolean {
    return this.#dirty.size > 0
  }

  save(out: ChunkWriter): void {
    for (const key of this.#dirty) {
      const page = this.#pages.get(key)
      if (page === undefined) out.remove(encodeURIComponent(key))
      else out.put(encodeURIComponent(key), jsonBytes(page))
    }
  }

  saved(): void {
    this.#dirty.clear()
  }

  restore(_key: string, bytes: Uint8Array): void {
    const page = jsonOf<AlertToSend>(bytes)
    this.#pages.set(page.key, { ...page, resolvedAt: page.resolvedAt, mayBeKnown: true })
  }
}
