/** How far one partition is read, how far it goes, and since when it does not move. */
import type { OffsetRange } from './start-offset.ts'

export interface PartitionFacts {
  readonly topic: string
  readonly partition: number
  /** Offset of the next record to read; undefined until it is known. */
  readonly position: string | undefined
  readonly highWatermark: string | undefined
  /** Records that are there and not read; undefined until both ends are known. */
  readonly lag: number | undefined
  /** Epoch ms of the last arrival here, not of its time stamp. */
  readonly lastMessageAt: number | undefined
  readonly isPaused: boolean
  /** There are records, and for the watchdog's time none came; or the position is not found, or not there any more. */
  readonly isStalled: boolean
  /** Why the partition is not read at all. */
  readonly failure: string | undefined
  /** How often the position was not on the broker any more. */
  readonly outOfRange: number
  /** How often the whole consumer was built anew. */
  readonly rebuilds: number
}

/** `away`: another member's, or nobody's. `locating`: ours, and its position is being found. */
export type PartitionPhase = 'away' | 'locating' | 'reading' | 'failed'

export class PartitionProgress {
  readonly topic: string
  readonly partition: number
  phase: PartitionPhase = 'away'
  failure: string | undefined
  outOfRange = 0
  lastMessageAt: number | undefined
  /** As the broker knows it from us. */
  committed: bigint | undefined
  #next: bigint | undefined
  #high: bigint | undefined
  /** What was there when reading began. */
  #backlogEnd: bigint | undefined
  #movedAt = Number.NEGATIVE_INFINITY
  /** When there was last a good reason not to move. */
  #excusedAt = Number.NEGATIVE_INFINITY
  #behindSince: number | undefined

  constructor(topic: string, partition: number) {
    this.topic = topic
    this.partition = partition
  }

  get next(): bigint | undefined {
    return this.#next
  }

  /** When it was last read from, in ms of a clock that only goes forward. */
  get movedAt(): number {
    return this.#movedAt
  }

  /** Whether it has read what was there when it began. */
  get isCaughtUp(): boolean {
    if (this.phase === 'failed') return true
    return this.#next !== undefined && this.#backlogEnd !== undefined && this.#next >= this.#backlogEnd
  }

  get lag(): bigint | undefined {
    if (this.#next === undefined || this.#high === undefined) return undefined
    return this.#high > this.#next ? this.#high - this.#next : 0n
  }

  /** It is ours now, and its position is being found. */
  locate(steadyMs: number): void {
    this.phase = 'locating'
    this.#excusedAt = steadyMs
  }

  begin(next: bigint, range: OffsetRange, steadyMs: number): void {
    this.phase = 'reading'
    this.failure = undefined
    this.committed = undefined
    this.#backlogEnd = range.high
    this.#behindSince = undefined
    this.#next = next
    this.#excusedAt = steadyMs
    this.sees(range.high, steadyMs)
  }

  fail(why: string): void {
    this.phase = 'failed'
    this.failure = why
  }

  advance(next: bigint, steadyMs: number): void {
    this.#next = next
    this.#movedAt = steadyMs
    this.#sinceWhen(steadyMs)
  }

  sees(high: bigint, steadyMs: number): void {
    this.#high = high
    this.#sinceWhen(steadyMs)
  }

  /** It is held back on purpose: that is no stall. */
  hold(steadyMs: number): void {
    this.#excusedAt = steadyMs
  }

  #sinceWhen(steadyMs: number): void {
    const { lag } = this
    if (lag === undefined || lag === 0n) this.#behindSince = undefined
    else this.#behindSince ??= steadyMs
  }

  /** Whether records have been there for so long without one being read. */
  isStalled(stallMs: number, steadyMs: number): boolean {
    if (this.phase === 'failed') return true
    if (this.phase === 'locating') return steadyMs - this.#excusedAt >= stallMs
    if (this.phase === 'away' || this.#behindSince === undefined) return false
    return steadyMs - Math.max(this.#movedAt, this.#excusedAt, this.#behindSince) >= stallMs
  }

  facts(isPaused: boolean, isStalled: boolean, rebuilds: number): PartitionFacts {
    const { topic, partition, lastMessageAt, failure, outOfRange, lag } = this
    return {
      topic,
      partition,
      position: this.#next?.toString(),
      highWatermark: this.#high?.toString(),
      lag: lag === undefined ? undefined : Number(lag),
      lastMessageAt,
      isPaused,
      isStalled,
      failure,
      outOfRange,
      rebuilds,
    }
  }
}
