/** Pulls one target's metrics from time to time: bounded in time and bytes, and never twice at once. */

export interface ScrapeOptions {
  readonly url: string
  readonly intervalMs: number
  readonly timeoutMs: number
  readonly maxBodyBytes: number
  /** Sent as a bearer token. */
  readonly token: string | undefined
  /** While it is true nothing is asked for: what comes could not be kept. */
  readonly isPaused: () => boolean
  readonly take: (text: string) => void
  /** Said once when a target stops answering, and once when it answers again (without an error). */
  readonly onTrouble: (error: unknown) => void
}

export class Scraper {
  readonly #options: ScrapeOptions
  readonly #abort = new AbortController()
  #timer: NodeJS.Timeout | undefined
  #running: Promise<void> = Promise.resolve()
  /** Undefined before the first attempt. */
  isUp: boolean | undefined
  scrapes = 0
  failures = 0

  constructor(options: ScrapeOptions) {
    this.#options = options
  }

  start(): void {
    this.#running = this.#round()
  }

  async stop(): Promise<void> {
    this.#abort.abort()
    clearTimeout(this.#timer)
    await this.#running
  }

  /** The next one is due an interval after this one began, or when it has ended. */
  async #round(): Promise<void> {
    const startedAt = performance.now()
    if (!this.#options.isPaused()) await this.scrape()
    if (this.#abort.signal.aborted) return
    const elapsed = performance.now() - startedAt
    this.#timer = setTimeout(
      () => {
        this.#running = this.#round()
      },
      Math.max(0, this.#options.intervalMs - elapsed),
    )
  }

  async scrape(): Promise<void> {
    this.scrapes++
    try {
      this.#options.take(await this.#fetch())
      if (this.isUp === false) this.#options.onTrouble(undefined)
      this.isUp = true
    } catch (error) {
      if (this.#abort.signal.aborted) return
      this.failures++
      if (this.isUp !== false) this.#options.onTrouble(error)
      this.isUp = false
    }
  }

  async #fetch(): Promise<string> {
    const { url, timeoutMs, maxBodyBytes, token } = this.#options
    const response = await fetch(url, {
      headers: {
        accept: 'text/plain;version=0.0.4',
        ...(token !== undefined && { authorization: `Bearer ${token}` }),
      },
      redirect: 'error',
      signal: AbortSignal.any([this.#abort.signal, AbortSignal.timeout(timeoutMs)]),
    })
    if (!response.ok) throw new Error(`the target answered ${response.status}`)
    const chunks: Uint8Array[] = []
    let bytes = 0
    for await (const chunk of response.body ?? []) {
      bytes += chunk.length
      // Leaving the loop ends the transfer.
      if (bytes > maxBodyBytes) throw new Error(`the target shows more than ${maxBodyBytes} bytes`)
      chunks.push(chunk)
    }
    return Buffer.concat(chunks).toString('utf8')
  }
}
