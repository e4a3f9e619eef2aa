/** The watchdog: clients have been seen to stop reading without an error, so progress itself is what is watched. */
import type { BrokerView } from './broker-view.ts'
import type { SessionEnd } from './group-session.ts'
import type { KafkaHandlers, KafkaSourceOptions } from './kafka-source-options.ts'
import type { PartitionProgress } from './partition-progress.ts'

/** After a rebuild that changed nothing, the next one waits twice as long, up to so many times. */
const maxPatience = 16

export interface WatchedSession {
  readonly assigned: readonly PartitionProgress[]
  readonly isJoined: boolean
  readonly intake: { readonly isPaused: boolean }
  readonly hasContact: () => boolean
}

export interface StallWatchParts {
  readonly options: Pick<KafkaSourceOptions, 'topics' | 'stallMs'>
  readonly handlers: Pick<KafkaHandlers, 'isOverloaded' | 'log'>
  readonly view: Pick<BrokerView, 'ranges'>
  readonly steadyMs: () => number
}

export class StallWatch {
  readonly #parts: StallWatchParts
  #movedAt = Number.NEGATIVE_INFINITY
  #rebuiltAt = Number.NEGATIVE_INFINITY
  #patience = 1
  #isLooking = false

  constructor(parts: StallWatchParts) {
    this.#parts = parts
  }

  hasMovedSinceRebuild(): boolean {
    return this.#movedAt > this.#rebuiltAt
  }

  /** Measures the lag; gives why the consumer has to be built anew, if it has to. */
  async look(session: WatchedSession): Promise<SessionEnd | undefined> {
    if (!session.hasContact()) return 'disconnected'
    if (this.#isLooking || !session.isJoined) return undefined
    this.#isLooking = true
    try {
      await this.#measure(session)
    } finally {
      this.#isLooking = false
    }
    return this.#isStuck(session) ? 'stalled' : undefined
  }

  async #measure({ assigned, intake }: WatchedSession): Promise<void> {
    const { options, handlers, view, steadyMs } = this.#parts
    const topics = [...new Set(assigned.map(({ topic }) => topic))]
    const ranges = await view.ranges(topics.length === 0 ? options.topics : topics)
    const isHeld = intake.isPaused || handlers.isOverloaded()
    for (const progress of assigned) {
      const range = ranges.get(progress.topic)?.get(progress.partition)
      if (range !== undefined) progress.sees(range.high, steadyMs())
      if (isHeld) progress.hold(steadyMs())
    }
  }

  #isStuck({ assigned }: WatchedSession): boolean {
    const { options, handlers, steadyMs } = this.#parts
    const now = steadyMs()
    const reading = assigned.filter(({ phase }) => phase === 'reading')
    const moved = reading.reduce((latest, { movedAt }) => Math.max(latest, movedAt), this.#movedAt)
    if (moved > this.#movedAt) this.#movedAt = moved
    if (this.hasMovedSinceRebuild()) this.#patience = 1
    const allowedMs = options.stallMs * this.#patience
    const stuck = reading.filter((progress) => progress.isStalled(allowedMs, now))
    if (stuck.length === 0 || now - this.#movedAt < allowedMs) return false
    this.#rebuiltAt = now
    this.#patience = Math.min(this.#patience * 2, maxPatience)
    const facts = stuck.map(({ topic, partition, lag }) => ({ topic, partition, lag: Number(lag) }))
    handlers.log.warn({ partitions: facts.slice(0, 10) }, 'kafka: there are records, and none comes')
    return true
  }
}
