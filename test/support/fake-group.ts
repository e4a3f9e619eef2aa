/** A consumer group in memory: the test decides when it is joined, what is fetched, and what heartbeats say. */
import type { KafkaMessage } from 'kafkajs'
import type { BrokerView } from '../../src/platform/kafka/broker-view.ts'
import type {
  ConnectGroup,
  GroupConsumer,
  GroupConsumerEvents,
} from '../../src/platform/kafka/group-consumer.ts'
import type { FetchedBatch } from '../../src/platform/kafka/message-intake.ts'
import type { CommittedOffset, OffsetRange } from '../../src/platform/kafka/start-offset.ts'

export function messageOf(offset: number, value: string | Buffer | null): KafkaMessage {
  const bytes = typeof value === 'string' ? Buffer.from(value) : value
  return { key: null, value: bytes, timestamp: '0', attributes: 0, offset: String(offset), headers: {} }
}

export interface BatchOptions {
  /** Where the fetch began; the first message by default. */
  readonly from?: number
  /** Of the last record, also where it is one of the broker's own. */
  readonly last?: number
  readonly high?: number
  readonly heartbeat?: () => Promise<void>
  readonly resolved?: (offset: string) => void
  /** Tells messages apart that have the same offset in two topics of one name. */
  readonly made?: string
}

export function batchOf(
  topic: string,
  partition: number,
  messages: readonly KafkaMessage[],
  options: BatchOptions = {},
): FetchedBatch {
  const first = messages[0]?.offset ?? null
  const last = String(options.last ?? messages.at(-1)?.offset ?? 0)
  const batch = {
    topic,
    partition,
    highWatermark: String(options.high ?? Number(last) + 1),
    messages: [...messages],
    fetchedOffset: String(options.from ?? first ?? 0),
    isEmpty: () => messages.length === 0,
    firstOffset: () => first,
    lastOffset: () => last,
    offsetLag: () => '0',
    offsetLagLow: () => '0',
  }
  return {
    batch,
    heartbeat: options.heartbeat ?? (() => Promise.resolve()),
    resolveOffset: options.resolved ?? (() => undefined),
  }
}

export class FakeGroup {
  readonly topic = 'signins'
  /** One for each consumer that was built. */
  readonly built: { readonly events: GroupConsumerEvents; isClosed: boolean }[] = []
  readonly paused = new Set<number>()
  readonly seeks: (readonly [partition: number, offset: string])[] = []
  readonly told: (readonly [partition: number, offset: string, metadata: string | null | undefined])[] = []
  commit: () => Promise<void> = () => Promise.resolve()
  ranges = new Map<number, OffsetRange>()
  committed = new Map<number, CommittedOffset>()
  /** Called at each question; throws where the brokers do not answer. */
  asked: () => void = () => undefined

  readonly connect: ConnectGroup = (events) => {
    const consumer = { events, isClosed: false }
    this.built.push(consumer)
    const each = (change: (partition: number) => void): GroupConsumer['pause'] => {
      return (changed) => {
        for (const { partitions } of changed) partitions.forEach(change)
      }
    }
    return {
      start: () => Promise.resolve(),
      seek: ({ partition, offset }) => this.seeks.push([partition, offset]),
      pause: each((partition) => this.paused.add(partition)),
      resume: each((partition) => this.paused.delete(partition)),
      commit: async (offsets) => {
        await this.commit()
        for (const { partition, offset, metadata } of offsets) this.told.push([partition, offset, metadata])
      },
      close: async () => {
        consumer.isClosed = true
      },
    }
  }

  readonly view: BrokerView = {
    ranges: async () => {
      this.asked()
      return new Map([[this.topic, new Map(this.ranges)]])
    },
    committed: async () => new Map([[this.topic, new Map(this.committed)]]),
    close: async () => undefined,
  }

  get events(): GroupConsumerEvents {
    const consumer = this.built.at(-1)
    if (consumer === undefined) throw new Error('no consumer was built')
    return consumer.events
  }

  /** A rebalance: what the member has is given back, and it gets these. Offsets 0 to `high` unless ranges are set. */
  async join(partitions: readonly number[], high = 1000n): Promise<void> {
    for (const partition of partitions)
      if (!this.ranges.has(partition)) this.ranges.set(partition, { low: 0n, high })
    await this.events.beforeJoin()
    this.events.joined([{ topic: this.topic, partitions }])
  }

  /** Fetches messages `{"id": "<partition>-<offset>"}`, as the consumer would. */
  async fetch(partition: number, from: number, count: number, options: BatchOptions = {}): Promise<void> {
    const { made = '' } = options
    const messages = Array.from({ length: count }, (_, index) =>
      messageOf(from + index, JSON.stringify({ id: `${made}${partition}-${from + index}` })),
    )
    const { batch, heartbeat, resolveOffset } = batchOf(this.topic, partition, messages, {
      from,
      high: 1000,
      ...options,
    })
    await this.events.batch({
      batch,
      heartbeat,
      resolveOffset,
      pause: () => () => undefined,
      commitOffsetsIfNecessary: () => Promise.resolve(),
      uncommittedOffsets: () => ({ topics: [] }),
      isRunning: () => true,
      isStale: () => false,
    })
  }
}
