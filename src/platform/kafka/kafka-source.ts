/** Reads topics as a member of a consumer group, for as long as the program runs: what fails or stalls is built anew. */
import { createBrokerView } from './broker-view.ts'
import { connectGroup } from './group-consumer.ts'
import { GroupSession, type SessionEnd, type SessionParts } from './group-session.ts'
import type { KafkaHandlers, KafkaSourceOptions } from './kafka-source-options.ts'
import { type PartitionFacts, PartitionProgress } from './partition-progress.ts'
import { StallWatch } from './stall-watch.ts'

export type RebuildReason = Exclude<SessionEnd, 'stopped'>

export interface KafkaSourceFacts {
  /** Whether it has partitions, or would get some if there were enough. */
  readonly isJoined: boolean
  /** Whether everything that was there when reading began has been read, of all partitions that are ours now. */
  readonly isCaughtUp: boolean
  readonly rebalances: number
  readonly rebuilds: Readonly<Record<RebuildReason, number>>
  /** Partitions given back before the broker knew how far they were read: some records of each are read twice. */
  readonly unsettled: number
}

export interface KafkaSource {
  /** Begins; brokers that cannot be reached are tried again for as long as it takes. */
  readonly start: () => void
  /** Finishes what is being pushed, waits for the commit, tells the broker, leaves the group. */
  readonly stop: () => Promise<void>
  /** Of the partitions that are ours now. */
  readonly partitions: () => readonly PartitionFacts[]
  readonly facts: () => KafkaSourceFacts
}

/** The edges, for tests. */
export type SourceEdges = Pick<SessionParts, 'connect' | 'view' | 'steadyMs'>

const firstBackoffMs = 500
const lastBackoffMs = 30_000

export function createKafkaSource(
  options: KafkaSourceOptions,
  handlers: KafkaHandlers,
  edges: Partial<SourceEdges> = {},
): KafkaSource {
  const { log } = handlers
  return new GroupReader(options, handlers, {
    connect: edges.connect ?? connectGroup(options, log),
    view: edges.view ?? createBrokerView(options, log),
    steadyMs: edges.steadyMs ?? (() => performance.now()),
  })
}

class GroupReader implements KafkaSource {
  readonly #options: KafkaSourceOptions
  readonly #parts: SessionParts
  readonly #progress = new Map<string, PartitionProgress>()
  readonly #watch: StallWatch
  readonly #rebuilds = { stalled: 0, crashed: 0, disconnected: 0 }
  #session: GroupSession | undefined
  #running: Promise<void> = Promise.resolve()
  #timers: NodeJS.Timeout[] = []
  #isStopping = false
  #wake: () => void = () => undefined
  /** Of sessions that are over. */
  #pastJoins = 0
  #pastUnsettled = 0

  constructor(options: KafkaSourceOptions, handlers: KafkaHandlers, edges: SourceEdges) {
    this.#options = options
    this.#parts = {
      options,
      handlers,
      ...edges,
      progressOf: (topic, partition) => this.#progressOf(topic, partition),
    }
    this.#watch = new StallWatch(this.#parts)
  }

  #progressOf(topic: string, partition: number): PartitionProgress {
    const key = `${topic}:${partition}`
    const progress = this.#progress.get(key) ?? new PartitionProgress(topic, partition)
    this.#progress.set(key, progress)
    return progress
  }

  start(): void {
    const { commitMs, watchMs } = this.#options
    this.#running = this.#run()
    this.#timers = [setInterval(() => this.#settle(), commitMs), setInterval(() => this.#look(), watchMs)]
  }

  async #run(): Promise<void> {
    for (let failures = 0; !this.#isStopping; failures++) {
      const session = new GroupSession(this.#parts)
      this.#session = session
      const why = await session.run()
      await session.close()
      this.#pastJoins += session.generation
      this.#pastUnsettled += session.unsettled
      this.#session = undefined
      if (why === 'stopped' || this.#isStopping) return
      this.#rebuilds[why]++
      if (this.#watch.hasMovedSinceRebuild()) failures = 0
      const waitMs = Math.min(firstBackoffMs * 2 ** failures, lastBackoffMs)
      this.#parts.handlers.log.warn({ why, waitMs }, 'kafka: the consumer is built anew')
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, waitMs)
        this.#wake = () => {
          clearTimeout(timer)
          resolve()
        }
      })
    }
  }

  /** A failed one is made good by the next: the broker is only told where we are, and does not decide it. */
  #settle(): void {
    if (this.#session?.isJoined) this.#session.settle().catch(() => undefined)
  }

  #look(): void {
    const session = this.#session
    if (session === undefined) return
    this.#watch
      .look(session)
      .then((verdict) => {
        if (verdict !== undefined && session === this.#session) session.end(verdict)
      })
      .catch(() => undefined)
  }

  async stop(): Promise<void> {
    this.#isStopping = true
    for (const timer of this.#timers) clearInterval(timer)
    this.#wake()
    await this.#session?.close()
    await this.#running
    await this.#parts.view.close()
  }

  partitions(): readonly PartitionFacts[] {
    const session = this.#session
    if (session === undefined) return []
    const isPaused = session.intake.isPaused
    const rebuilds = Object.values(this.#rebuilds).reduce((sum, count) => sum + count, 0)
    const now = this.#parts.steadyMs()
    return session.assigned.map((progress) =>
      progress.facts(isPaused, progress.isStalled(this.#options.stallMs, now), rebuilds),
    )
  }

  facts(): KafkaSourceFacts {
    const session = this.#session
    const joins = this.#pastJoins + (session?.generation ?? 0)
    const isJoined = session?.isJoined ?? false
    return {
      isJoined,
      isCaughtUp: isJoined && (session?.assigned.every(({ isCaughtUp }) => isCaughtUp) ?? false),
      rebalances: Math.max(0, joins - 1),
      rebuilds: { ...this.#rebuilds },
      unsettled: this.#pastUnsettled + (session?.unsettled ?? 0),
    }
  }
}
