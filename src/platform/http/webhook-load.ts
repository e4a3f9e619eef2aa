/** How much is under way at the webhook, and how much may be: beyond it senders are asked to come again. */

export interface WebhookLimits {
  /** Requests, and unpacked bytes of their bodies, that may be under way at a time. */
  readonly requests: number
  readonly bytes: number
}

/** One request that is under way. */
export interface Visit {
  /** Bytes of it have come; false when they are more than is left. */
  readonly add: (bytes: number) => boolean
  readonly leave: () => void
}

export class WebhookLoad {
  readonly #limits: WebhookLimits
  #requests = 0
  #bytes = 0
  #waiting: (() => void)[] = []

  constructor(limits: WebhookLimits) {
    this.#limits = limits
  }

  /** Undefined when there is no room. */
  enter(): Visit | undefined {
    if (this.#requests >= this.#limits.requests || this.#bytes >= this.#limits.bytes) return undefined
    this.#requests++
    let own = 0
    return {
      add: (bytes) => {
        own += bytes
        this.#bytes += bytes
        // One alone is never refused: its body has a limit of its own.
        return this.#bytes <= this.#limits.bytes || this.#requests === 1
      },
      leave: () => {
        this.#requests--
        this.#bytes -= own
        if (this.#requests === 0) for (const resolve of this.#waiting.splice(0)) resolve()
      },
    }
  }

  /** Resolves when nothing is under way, after `limitMs` at the latest. */
  async idle(limitMs: number): Promise<void> {
    if (this.#requests === 0) return
    const { promise, resolve } = Promise.withResolvers<void>()
    this.#waiting.push(resolve)
    const timer = setTimeout(resolve, limitMs)
    await promise
    clearTimeout(timer)
  }
}
