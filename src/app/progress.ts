/** A progress line on a terminal: share, rate, time left, watermark. Silent elsewhere. */
import { formatCount, formatTime, type Terminal } from './terminal.ts'

const refreshMs = 200

export class Progress {
  readonly #terminal: Terminal
  readonly #totalBytes: number
  readonly #now: () => number
  readonly #startedAt: number
  #readBytes = 0
  #shownAt = Number.NEGATIVE_INFINITY

  constructor(terminal: Terminal, totalBytes: number, now: () => number) {
    this.#terminal = terminal
    this.#totalBytes = totalBytes
    this.#now = now
    this.#startedAt = now()
  }

  advance(bytes: number, records: number, watermark: number): void {
    this.#readBytes += bytes
    if (!this.#terminal.isTty) return
    const now = this.#now()
    if (now - this.#shownAt < refreshMs) return
    this.#shownAt = now
    const elapsed = Math.max(0.001, (now - this.#startedAt) / 1000)
    const share = this.#totalBytes === 0 ? 1 : Math.min(1, this.#readBytes / this.#totalBytes)
    const left = share > 0 ? Math.round(elapsed / share - elapsed) : 0
    const until = Number.isFinite(watermark) ? ` · events up to ${formatTime(watermark)}` : ''
    const rate = formatCount(records / elapsed)
    this.#terminal.err(
      `\r\u001b[K${Math.floor(share * 100)} % · ${formatCount(records)} records · ${rate}/s · ${left} s left${until}`,
    )
  }

  done(): void {
    if (this.#terminal.isTty) this.#terminal.err('\r\u001b[K')
  }
}
