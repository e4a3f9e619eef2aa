/** How much time work takes that is too small to be timed each time: one of every few runs is timed, and stands for the others. */

const everyRuns = 16

export class SampledTimer {
  readonly #now: () => number
  #runs = 0
  #timedRuns = 0
  #timedMs = 0
  #startedAt = 0
  #isTiming = false

  /** `now` in ms, with fractions. */
  constructor(now: () => number) {
    this.#now = now
  }

  begin(): void {
    this.#isTiming = this.#runs++ % everyRuns === 0
    if (this.#isTiming) this.#startedAt = this.#now()
  }

  end(): void {
    if (!this.#isTiming) return
    this.#isTiming = false
    this.#timedMs += this.#now() - this.#startedAt
    this.#timedRuns++
  }

  /** The estimate for all runs since the last call, in seconds. */
  take(): number {
    const ms = this.#timedRuns === 0 ? 0 : (this.#timedMs / this.#timedRuns) * this.#runs
    this.#runs = 0
    this.#timedRuns = 0
    this.#timedMs = 0
    return ms / 1000
  }
}
