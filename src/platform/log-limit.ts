/** A bound on repeated log lines: so many of one kind a minute, then a count of the others. */

export interface LogLimitOptions {
  readonly perMinute: number
  /** Epoch ms. */
  readonly now: () => number
  /** Called when a minute is over in which `count` lines of the kind were left out. */
  readonly more: (kind: string, count: number) => void
}

interface Minute {
  readonly endsAt: number
  lines: number
}

const minuteMs = 60_000
/** Kinds are texts of our own, so there are few; this bounds the memory if one ever varies. */
const mostKinds = 1000

export class LogLimit {
  readonly #options: LogLimitOptions
  /** In the order in which the minutes end. */
  readonly #minutes = new Map<string, Minute>()

  constructor(options: LogLimitOptions) {
    this.#options = options
  }

  /** Whether a line of this kind may be written now. A minute begins with the first line of a kind. */
  admits(kind: string): boolean {
    this.settle()
    let minute = this.#minutes.get(kind)
    if (minute === undefined) {
      minute = { endsAt: this.#options.now() + minuteMs, lines: 0 }
      this.#minutes.set(kind, minute)
      this.#makeRoom()
    }
    minute.lines++
    return minute.lines <= this.#options.perMinute
  }

  /** Says what was left out in minutes that are over. */
  settle(): void {
    const now = this.#options.now()
    for (const [kind, minute] of this.#minutes) {
      if (minute.endsAt > now) return
      this.#end(kind, minute)
    }
  }

  /** Says all that was left out: nothing more will be logged. */
  close(): void {
    for (const [kind, minute] of this.#minutes) this.#end(kind, minute)
  }

  #makeRoom(): void {
    if (this.#minutes.size <= mostKinds) return
    for (const [kind, minute] of this.#minutes) {
      this.#end(kind, minute)
      return
    }
  }

  #end(kind: string, { lines }: Minute): void {
    this.#minutes.delete(kind)
    const left = lines - this.#options.perMinute
    if (left > 0) this.#options.more(kind, left)
  }
}
