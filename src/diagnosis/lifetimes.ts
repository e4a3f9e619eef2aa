/** How long the tokens live that an identity gets: a change shows as one lifetime that ends and another that begins. */

export interface Lifetime {
  /** The longest of its class. */
  ttlSeconds: number
  /** Minutes in which a token of it was issued first and last. */
  first: number
  last: number
}

const maxLifetimes = 8
/** Lifetimes within half as much again are one: some issuers vary them. */
const classWidth = Math.log(1.5)

function classOf(ttlSeconds: number): number {
  return Math.floor(Math.log(ttlSeconds) / classWidth)
}

export class Lifetimes {
  readonly #byClass = new Map<number, Lifetime>()

  get size(): number {
    return this.#byClass.size
  }

  /** Whether it says something new. */
  note(ttlSeconds: number, minute: number): boolean {
    if (!(ttlSeconds > 0)) return false
    const key = classOf(ttlSeconds)
    const known = this.#byClass.get(key)
    if (known === undefined) {
      if (this.#byClass.size >= maxLifetimes) this.#forget()
      this.#byClass.set(key, { ttlSeconds, first: minute, last: minute })
      return true
    }
    if (ttlSeconds <= known.ttlSeconds && minute >= known.first && minute <= known.last) return false
    known.ttlSeconds = Math.max(known.ttlSeconds, ttlSeconds)
    known.first = Math.min(known.first, minute)
    known.last = Math.max(known.last, minute)
    return true
  }

  #forget(): void {
    const [oldest] = [...this.#byClass].sort(([a, x], [b, y]) => x.last - y.last || a - b)
    if (oldest !== undefined) this.#byClass.delete(oldest[0])
  }

  /** By when they were issued last, the newest first. */
  all(): readonly Lifetime[] {
    return [...this.#byClass.values()].sort((a, b) => b.last - a.last || b.ttlSeconds - a.ttlSeconds)
  }

  restore(lifetimes: readonly Lifetime[]): void {
    for (const one of lifetimes) this.#byClass.set(classOf(one.ttlSeconds), { ...one })
  }
}
