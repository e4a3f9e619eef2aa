/** How many traces are recorded: a few each second, so that tracing costs the same under any load. */

export class TraceLimit {
  readonly #perSecond: number
  readonly #now: () => number
  #second = Number.NEGATIVE_INFINITY
  #taken = 0

  /** `now` in ms. */
  constructor(perSecond: number, now: () => number) {
    this.#perSecond = perSecond
    this.#now = now
  }

  /** Whether another trace may begin now; counts it if so. */
  take(): boolean {
    const second = Math.floor(this.#now() / 1000)
    if (second !== this.#second) {
      this.#second = second
      this.#taken = 0
    }
    if (this.#taken >= this.#perSecond) return false
    this.#taken++
    return true
  }
}
