/** Tokens of one identity by when they were issued, and until when services let them in: old ones may outlive a right. */
import { detached } from '../events/detach.ts'
import type { TokenUse } from '../events/event.ts'
import { minuteOf } from './minutes.ts'

export interface Cohort {
  readonly service: string
  /** When the first and the last of these tokens were issued, epoch ms. */
  issuedFrom: number
  issuedTo: number
  /** When the last of them ends, epoch ms; undefined where no record says. */
  expiresAt?: number | undefined
  /** Minute of the newest use that was allowed, and one event of it. */
  lastMinute: number
  lastId: string
}

const blockMs = 300_000
const maxCohorts = 24

export class TokenCohorts {
  #all: Cohort[] = []

  /** A use that was allowed: whether it says something new. Without the age of its token it says nothing. */
  note({ id, time, service, tokenAgeSeconds, ttlSeconds }: TokenUse): boolean {
    if (tokenAgeSeconds === undefined) return false
    const issuedAt = time - tokenAgeSeconds * 1000
    const expiresAt = ttlSeconds === undefined ? undefined : issuedAt + ttlSeconds * 1000
    const minute = minuteOf(time)
    const known = this.#of(service, Math.floor(issuedAt / blockMs))
    if (known === undefined) {
      if (this.#all.length >= maxCohorts) this.#forget()
      const issued = { issuedFrom: issuedAt, issuedTo: issuedAt, expiresAt }
      this.#all.push({ service: detached(service), ...issued, lastMinute: minute, lastId: detached(id) })
      return true
    }
    const isWider = widen(known, issuedAt, expiresAt)
    const isNewest = minute > known.lastMinute || (minute === known.lastMinute && id < known.lastId)
    if (isNewest) {
      known.lastMinute = minute
      known.lastId = detached(id)
    }
    return isWider || isNewest
  }

  #of(service: string, block: number): Cohort | undefined {
    for (const one of this.#all)
      if (Math.floor(one.issuedFrom / blockMs) === block && one.service === service) return one
    return undefined
  }

  #forget(): void {
    let oldest = this.#all[0]
    for (const one of this.#all) if (oldest === undefined || one.lastMinute < oldest.lastMinute) oldest = one
    this.#all = this.#all.filter((one) => one !== oldest)
  }

  all(): readonly Readonly<Cohort>[] {
    return this.#all
  }

  restore(cohorts: readonly Cohort[]): void {
    this.#all = cohorts.map((one) => ({ ...one }))
  }
}

function widen(known: Cohort, issuedAt: number, expiresAt: number | undefined): boolean {
  const isLater = expiresAt !== undefined && !(expiresAt <= (known.expiresAt ?? Number.NEGATIVE_INFINITY))
  if (issuedAt >= known.issuedFrom && issuedAt <= known.issuedTo && !isLater) return false
  known.issuedFrom = Math.min(known.issuedFrom, issuedAt)
  known.issuedTo = Math.max(known.issuedTo, issuedAt)
  if (isLater) known.expiresAt = expiresAt
  return true
}
