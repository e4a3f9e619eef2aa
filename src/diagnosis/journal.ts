/** Which parts of the evidence have changed since they were last made durable: chunks are named after them. */

/** Subjects whose counts of one minute are one chunk. */
export const blockSize = 512

export interface MinuteBlock {
  readonly minute: number
  /** Subjects from `block * blockSize` on, by number. */
  readonly block: number
}

export class Journal {
  /** Whether anything is to be written at all. */
  readonly isKept: boolean
  /** Numbers of subjects. */
  readonly profiles = new Set<number>()
  readonly resources = new Set<number>()
  readonly gone = new Set<number>()
  /** Minutes of traces, by number of the subject. */
  readonly traces = new Map<number, Set<number>>()
  readonly #counts = new Map<number, Set<number>>()

  constructor(isKept: boolean) {
    this.isKept = isKept
  }

  count(number: number, minute: number): void {
    if (!this.isKept) return
    const blocks = this.#counts.get(minute)
    if (blocks === undefined) this.#counts.set(minute, new Set([Math.floor(number / blockSize)]))
    else blocks.add(Math.floor(number / blockSize))
  }

  profile(number: number): void {
    if (this.isKept) this.profiles.add(number)
  }

  resource(number: number): void {
    if (this.isKept) this.resources.add(number)
  }

  trace(number: number, minute: number): void {
    if (!this.isKept) return
    const minutes = this.traces.get(number)
    if (minutes === undefined) this.traces.set(number, new Set([minute]))
    else minutes.add(minute)
  }

  forget(number: number): void {
    if (!this.isKept) return
    this.gone.add(number)
    this.profiles.delete(number)
    this.resources.delete(number)
    this.traces.delete(number)
  }

  *counts(): Generator<MinuteBlock> {
    for (const [minute, blocks] of this.#counts) for (const block of blocks) yield { minute, block }
  }

  clear(): void {
    this.profiles.clear()
    this.resources.clear()
    this.gone.clear()
    this.traces.clear()
    this.#counts.clear()
  }
}
