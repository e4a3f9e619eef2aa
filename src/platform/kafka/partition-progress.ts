/** How far one partition is read, how far it goes, and since when it does not move. */
import type { OffsetRange } from './start-offset.ts'
import type { RecordMark, StoredPosition } from './stored-position.ts'

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
  /** Of a record before `next`: the last one that was read and can be known again. */
  mark: RecordMark | undefined
  /** The record that the first fetch has to find, and begins at, so that a topic made anew is noticed. */
  checking: RecordMark | undefined
  /** That fetch found another record there: a new position has to be found. */
  isReplaced = false
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

  /** Where the next fetch begins. */
  get fetchFrom(): bigint | undefined {
    return this.checking?.offset ?? this.#next
  }

  /** When it was last read from, in ms of a clock that only goes forward. */
  get movedAt(): number {
    return this.#movedAt
  }

  /** Whether it has read what was there when it began. */
  get isCaughtUp(): boolean {
    if (this.phase !== 'reading') return this.phase === 'failed'
    return this.#next !== undefined && this.#backlogEnd !== undefined && this.#next >= this.#backlogEnd
  }

  get lag(): bigint | undefined {
    if (this.#next === undefined || this.#high === undefined) return undefined
    return this.#high > this.#next ? this.#high - this.#next : 0n
  }

  /** It is ours now, and its position is being found. */
  locate(steadyMs: number): void {
    this.phase = 'locating'
    this.isReplaced = false
    this.#excusedAt = steadyMs
  }

  /** The mark is checked where its record can still be there. */
  begin({ next, mark }: StoredPosition, range: OffsetRange, steadyMs: number): void {
    const isThere = mark !== undefined && mark.offset >= range.low && mark.offset < next
    this.phase = 'reading'
    this.mark = mark
    this.checking = isThere ? mark : undefined
    this.isReplaced = false
    this.failure = undefined
    this.committed = undefined
    this.#backlogEnd = range.high
    this.#behindSince = undefined
    this.#next = next
    this.#excusedAt = steadyMs
    this.sees(range.high, steadyMs)
  }

  /** False when there is nothing to check, or it is under way. */
  checkAgain(): boolean {
    const { mark, checking, phase } = this
    if (phase !== 'reading' || mark === undefined || checking !== undefined) return false
    this.checking = mark
    return true
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
