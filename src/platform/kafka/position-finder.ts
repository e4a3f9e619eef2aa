/** Finds where assigned partitions are to be read from, and starts them there. */
import { setTimeout } from 'node:timers/promises'
import type { BrokerView, ByPartition } from './broker-view.ts'
import type { GroupConsumer } from './group-consumer.ts'
import type { KafkaHandlers, KafkaSourceOptions } from './kafka-source-options.ts'
import type { PartitionProgress } from './partition-progress.ts'
import {
  type CommittedOffset,
  isBeyondEnd,
  type OffsetRange,
  type StartQuestion,
  startOffset,
} from './start-offset.ts'
import { positionText, storedPosition } from './stored-position.ts'

export interface PositionFinderParts {
  readonly options: KafkaSourceOptions
  readonly handlers: KafkaHandlers
  readonly view: BrokerView
  readonly steadyMs: () => number
}

const firstRetryMs = 250
const lastRetryMs = 5000
/** A broker has to say this often that it ends before our position. */
const endChecks = 5
const endCheckMs = 1000

interface Known {
  readonly ranges: ByPartition<OffsetRange>
  readonly committed: ByPartition<CommittedOffset>
  /** Topics that we had a position in before. */
  readonly readBefore: ReadonlySet<string>
  readonly isEndCertain: boolean
}

export class PositionFinder {
  readonly #parts: PositionFinderParts
  readonly #consumer: Pick<GroupConsumer, 'seek' | 'resume'>

  constructor(parts: PositionFinderParts, consumer: Pick<GroupConsumer, 'seek' | 'resume'>) {
    this.#parts = parts
    this.#consumer = consumer
  }

  /** Tries until all are found or `isCurrent` says no. The partitions are paused when it begins. */
  async find(partitions: readonly PartitionProgress[], isCurrent: () => boolean): Promise<void> {
    const { view, handlers } = this.#parts
    const topics = [...new Set(partitions.map(({ topic }) => topic))]
    let open = partitions
    let readBefore: ReadonlySet<string> | undefined
    for (let asked = 1, failed = 0; open.length > 0 && isCurrent(); ) {
      let waitMs = endCheckMs
      try {
        const known = { ranges: await view.ranges(topics), committed: await view.committed(topics) }
        if (!isCurrent()) return
        readBefore ??= new Set(topics.filter((topic) => this.#isReadBefore(topic, known)))
        const begun = { ...known, readBefore, isEndCertain: asked >= endChecks }
        open = open.filter((progress) => !this.#begin(progress, begun))
        asked++
      } catch (error) {
        waitMs = Math.min(firstRetryMs * 2 ** failed++, lastRetryMs)
        const reason = error instanceof Error ? error.message : String(error)
        handlers.log.warn({ reason }, 'kafka: the brokers do not say where to begin; asking again')
      }
      if (open.length > 0) await setTimeout(waitMs)
    }
  }

  /** False: not decided yet. */
  #begin(progress: PartitionProgress, known: Known): boolean {
    const { handlers, options, steadyMs } = this.#parts
    const { topic, partition } = progress
    const range = known.ranges.get(topic)?.get(partition)
    if (range === undefined) return false
    const stored = storedPosition(handlers.positionOf(topic, partition))
    const { isReplaced } = progress
    const question: StartQuestion = {
      stored: stored?.next,
      committed: known.committed.get(topic)?.get(partition),
      range,
      storeId: options.storeId,
      // A partition that was added to a topic that we read already is read from its beginning.
      startFrom: known.readBefore.has(topic) ? 'earliest' : options.startFrom,
      outOfRange: options.outOfRange,
      isReplaced,
    }
    if (isBeyondEnd(question) && !known.isEndCertain) return false
    const start = startOffset(question)
    if (start === undefined) {
      this.#fail(progress, range)
      return true
    }
    if (start.replaced !== undefined) {
      progress.outOfRange++
      const facts = {
        topic,
        partition,
        position: start.replaced.toString(),
        continuesAt: start.offset.toString(),
      }
      handlers.log.warn(facts, `kafka: ${whyGone(isReplaced)}; reading goes on elsewhere`)
    }
    // Where it is not our own position, nobody knows what stands before it.
    const isOurs = start.offset === stored?.next && start.replaced === undefined
    const position = { next: start.offset, mark: isOurs ? stored.mark : undefined }
    handlers.setPosition(topic, partition, positionText(position))
    progress.begin(position, range, steadyMs())
    this.#consumer.seek({ topic, partition, offset: String(progress.fetchFrom) })
    this.#consumer.resume([{ topic, partitions: [partition] }])
    return true
  }

  #isReadBefore(topic: string, { ranges }: Pick<Known, 'ranges'>): boolean {
    const partitions = [...(ranges.get(topic)?.keys() ?? [])]
    return partitions.some((partition) => this.#parts.handlers.positionOf(topic, partition) !== undefined)
  }

  #fail(progress: PartitionProgress, { low, high }: OffsetRange): void {
    const { topic, partition, failure, isReplaced } = progress
    if (failure === undefined) progress.outOfRange++
    const why = `${whyGone(isReplaced)}; the broker has offsets ${low} to ${high}`
    progress.fail(`${why}: outOfRange is "fail", so the partition is not read`)
    const facts = { topic, partition, low: low.toString(), high: high.toString() }
    this.#parts.handlers.log.error(facts, `kafka: ${whyGone(isReplaced)}: the partition is not read`)
  }
}

function whyGone(isReplaced: boolean): string {
  return isReplaced
    ? 'the topic was made anew, for another record stands before our position'
    : 'our position is not on the broker any more'
}
