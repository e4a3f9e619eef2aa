/**
 * One membership in the consumer group, from joining to leaving: finds where partitions are to be read from, lets
 * batches in while they are ours, and settles what was read before they are given back.
 */
import { setTimeout } from 'node:timers/promises'
import type { EachBatchPayload } from 'kafkajs'
import type { BrokerView } from './broker-view.ts'
import type { ConnectGroup, GroupConsumer, TopicPartitions } from './group-consumer.ts'
import type { KafkaHandlers, KafkaSourceOptions } from './kafka-source-options.ts'
import { MessageIntake } from './message-intake.ts'
import type { PartitionProgress } from './partition-progress.ts'
import { PositionFinder } from './position-finder.ts'
import { offsetOf, ownerMetadata } from './start-offset.ts'
import { positionText } from './stored-position.ts'
import { isDoneWithin } from './time-limit.ts'

/** `disconnected`: the group has not heard of us for as long as it waits. */
export type SessionEnd = 'stopped' | 'crashed' | 'stalled' | 'disconnected'

export interface SessionParts {
  readonly options: KafkaSourceOptions
  readonly handlers: KafkaHandlers
  readonly connect: ConnectGroup
  readonly view: BrokerView
  /** The same for each call: progress outlives a session. */
  readonly progressOf: (topic: string, partition: number) => PartitionProgress
  /** Ms of a clock that only goes forward. */
  readonly steadyMs: () => number
}

/** A batch that comes while partitions change hands is fetched again; not at once, or it would come without end. */
const refusalMs = 100
/** Together well under the 10 s in which the program has to stop. */
const idleLimitMs = 1000
const settleLimitMs = 3000
const closeLimitMs = 2000
/** Beyond what the group itself allows for joining. */
const joinSlackMs = 30_000

export class GroupSession {
  readonly intake: MessageIntake
  readonly #parts: SessionParts
  readonly #consumer: GroupConsumer
  readonly #finder: PositionFinder
  readonly #ended: Promise<SessionEnd>
  #end: (why: SessionEnd) => void = () => undefined
  #assigned: readonly PartitionProgress[] = []
  #generation = 0
  /** False while partitions may be somebody else's. */
  #isAccepting = false
  #closing: Promise<void> | undefined
  /** When the group last had word from us, or we began to join it. */
  #contactAt: number
  #settling: Promise<unknown> = Promise.resolve()
  /** Partitions that were given back before the broker was told how far they were read. */
  unsettled = 0

  constructor(parts: SessionParts) {
    this.#parts = parts
    this.intake = new MessageIntake(parts.handlers, parts.steadyMs)
    this.#contactAt = parts.steadyMs()
    this.#ended = new Promise((resolve) => {
      this.#end = resolve
    })
    this.#consumer = parts.connect({
      beforeJoin: () => this.#giveBack(),
      joined: (assignment) => this.#joined(assignment),
      heartbeat: () => {
        this.#contactAt = parts.steadyMs()
      },
      batch: (payload) => this.#batch(payload),
      passedOver: (topic, partition, first, last) => this.#passedOver(topic, partition, first, last),
      fetched: (ms) => this.#parts.handlers.fetched?.(ms),
      fetchFailed: () => this.#fetchFailed(),
      crashed: (error) => this.#crashed(error),
    })
    this.#finder = new PositionFinder(parts, this.#consumer)
  }

  /** How many times the group was joined. */
  get generation(): number {
    return this.#generation
  }

  get isJoined(): boolean {
    return this.#isAccepting
  }

  get assigned(): readonly PartitionProgress[] {
    return this.#assigned
  }

  /** Joins and reads until it has to end; gives why. */
  async run(): Promise<SessionEnd> {
    this.#consumer.start().catch((error: unknown) => this.#crashed(error))
    return await this.#ended
  }

  end(why: SessionEnd): void {
    this.#end(why)
  }

  /** Whether the group has heard of us recently enough to have left us our partitions. */
  hasContact(): boolean {
    const { options, steadyMs } = this.#parts
    const allowedMs = this.#isAccepting
      ? options.sessionTimeoutMs
      : options.sessionTimeoutMs + options.rebalanceTimeoutMs + joinSlackMs
    return steadyMs() - this.#contactAt <= allowedMs
  }

  /** Lets nothing more in, settles, leaves the group. */
  close(): Promise<void> {
    this.#closing ??= this.#close()
    return this.#closing
  }

  async #close(): Promise<void> {
    this.#isAccepting = false
    this.#end('stopped')
    await isDoneWithin(this.intake.idle(), idleLimitMs)
    if (!(await isDoneWithin(this.settle(), settleLimitMs))) this.unsettled += this.#moved().length
    this.#leave()
    await this.#consumer.close(closeLimitMs)
  }

  /** Tells the broker the positions whose records are durable. Rejects when either cannot be done. */
  settle(): Promise<void> {
    const settled = this.#settling.then(() => this.#settle())
    this.#settling = settled.catch(() => undefined)
    return settled
  }

  #moved(): readonly PartitionProgress[] {
    return this.#assigned.filter(({ next, committed }) => next !== undefined && next !== committed)
  }

  async #settle(): Promise<void> {
    const { handlers, options } = this.#parts
    const metadata = ownerMetadata(options.storeId)
    const generation = this.#generation
    const moved = this.#moved().map((progress) => ({ progress, next: progress.next ?? 0n }))
    if (moved.length === 0) return
    await handlers.committed()
    // A later owner may have told the broker more by now.
    if (generation !== this.#generation) throw new Error('the partitions have changed hands')
    await this.#consumer.commit(
      moved.map(({ progress: { topic, partition }, next }) => ({
        topic,
        partition,
        offset: next.toString(),
        metadata,
      })),
    )
    for (const { progress, next } of moved) progress.committed = next
  }

  /** The group waits for this; its next owner begins where the broker was told. */
  async #giveBack(): Promise<void> {
    // kafkajs may still be on its way into the group: it would hold partitions there that nobody reads.
    if (this.#closing !== undefined) throw new Error('the consumer is closed')
    const wasAccepting = this.#isAccepting
    this.#isAccepting = false
    if (!wasAccepting) return
    this.#contactAt = this.#parts.steadyMs()
    const limitMs = this.#parts.options.rebalanceTimeoutMs / 2
    if (
      await isDoneWithin(
        this.intake.idle().then(() => this.settle()),
        limitMs,
      )
    )
      return
    const { length } = this.#moved()
    this.unsettled += length
    const message =
      'partitions are given back before the broker knows how far they were read: their next owner reads some again'
    if (length > 0) this.#parts.handlers.log.warn({ partitions: length }, message)
  }

  #leave(): void {
    for (const progress of this.#assigned) progress.phase = 'away'
    this.#assigned = []
  }

  #joined(assignment: readonly TopicPartitions[]): void {
    if (this.#closing !== undefined) return
    const { progressOf, steadyMs, handlers } = this.#parts
    this.#leave()
    this.#consumer.pause(assignment)
    this.#assigned = assignment.flatMap(({ topic, partitions }) =>
      partitions.map((partition) => progressOf(topic, partition)),
    )
    for (const progress of this.#assigned) progress.locate(steadyMs())
    this.#generation++
    this.#isAccepting = true
    this.#contactAt = steadyMs()
    handlers.log.info({ partitions: this.#assigned.length }, 'kafka: joined the consumer group')
    this.#locate(this.#assigned)
  }

  #locate(partitions: readonly PartitionProgress[]): void {
    const generation = this.#generation
    const isCurrent = (): boolean => this.#isAccepting && generation === this.#generation
    this.#finder.find(partitions, isCurrent).catch((error: unknown) => this.#crashed(error))
  }

  async #batch(payload: EachBatchPayload): Promise<void> {
    const { topic, partition } = payload.batch
    const progress = this.#assigned.find((one) => one.topic === topic && one.partition === partition)
    if (!this.#isAccepting || progress?.phase !== 'reading') {
      await setTimeout(refusalMs)
      return
    }
    const generation = this.#generation
    const isCurrent = (): boolean => this.#isAccepting && generation === this.#generation && this.hasContact()
    const result = await this.intake.take(progress, payload, isCurrent)
    if (result === 'misplaced') this.#relocate(progress)
    else if (result === 'replaced') this.#relocate(progress, true)
    else if (result === 'short') this.#seekToNext(progress)
    else if (!this.hasContact()) this.end('disconnected')
  }

  #seekToNext({ topic, partition, next }: PartitionProgress): void {
    this.#consumer.seek({ topic, partition, offset: String(next) })
  }

  /** kafkajs has gone elsewhere: usually because the broker does not have our position any more. */
  #relocate(progress: PartitionProgress, isReplaced = false): void {
    const { topic, partition } = progress
    progress.locate(this.#parts.steadyMs())
    progress.isReplaced = isReplaced
    this.#consumer.pause([{ topic, partitions: [partition] }])
    this.#locate([progress])
  }

  #passedOver(topic: string, partition: number, first: string | null, last: string): void {
    const { handlers, steadyMs } = this.#parts
    const progress = this.#assigned.find((one) => one.topic === topic && one.partition === partition)
    const [from, to] = [offsetOf(first ?? last), offsetOf(last)]
    if (!this.#isAccepting || progress?.phase !== 'reading' || progress.next === undefined) return
    const { fetchFrom = 0n, checking } = progress
    if (from === undefined || to === undefined || from < fetchFrom) return
    progress.checking = undefined
    // Without a first offset it is not there any more, and nothing is known.
    if (first !== null && from === checking?.offset) this.#relocate(progress, true)
    else if (to < progress.next) this.#seekToNext(progress)
    else {
      progress.advance(to + 1n, steadyMs())
      handlers.setPosition(topic, partition, positionText({ next: to + 1n, mark: progress.mark }))
    }
  }

  /** The topic may have been deleted and made anew meanwhile. */
  #fetchFailed(): void {
    for (const progress of this.#assigned) {
      const { topic, partition } = progress
      if (progress.checkAgain()) this.#consumer.seek({ topic, partition, offset: String(progress.fetchFrom) })
    }
  }

  #crashed(error: unknown): void {
    if (this.#closing !== undefined) return
    const reason = error instanceof Error ? error.message : String(error)
    this.#parts.handlers.log.warn({ reason }, 'kafka: the consumer failed; it is built anew')
    this.end('crashed')
  }
}
