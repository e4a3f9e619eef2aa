/** The kafkajs consumer behind a small interface, with the one hook that it lacks: before partitions are given back. */
import kafkajs, {
  type Cluster,
  type Consumer,
  type EachBatchPayload,
  type PartitionAssigner,
  type TopicPartitionOffset,
  type TopicPartitionOffsetAndMetadata,
} from 'kafkajs'
import { kafkaClient, retryOptions } from './kafka-client.ts'
import type { KafkaLog, KafkaSourceOptions } from './kafka-source-options.ts'
import { isDoneWithin } from './time-limit.ts'

/** Also how long a pause or a first look at new partitions may take to be noticed. */
const fetchWaitMs = 500
/** Brokers such as Event Hubs close connections after 240 s of silence; this also bounds how long new partitions wait. */
const metadataMaxAgeMs = 180_000

export interface TopicPartitions {
  readonly topic: string
  readonly partitions: readonly number[]
}

export interface GroupConsumerEvents {
  /** Before the member tells the group that it is ready for a new assignment; the group waits for it. */
  readonly beforeJoin: () => Promise<void>
  /** Called before anything of the new assignment is fetched. */
  readonly joined: (assignment: readonly TopicPartitions[]) => void
  readonly heartbeat: () => void
  readonly batch: (payload: EachBatchPayload) => Promise<void>
  /** A fetch gave nothing but records of the broker's own; offsets from `first` (null: none) to `last`. */
  readonly passedOver: (topic: string, partition: number, first: string | null, last: string) => void
  /** A fetch gave records after so many ms; waiting for the broker included. */
  readonly fetched: (ms: number) => void
  /** A fetch failed, for whatever reason, and is tried again. */
  readonly fetchFailed: () => void
  /** It has given up, and does not start again by itself. */
  readonly crashed: (error: Error) => void
}

export interface GroupConsumer {
  /** Joins the group; rejects when the brokers cannot be reached or refuse. */
  readonly start: () => Promise<void>
  readonly seek: (to: TopicPartitionOffset) => void
  readonly pause: (partitions: readonly TopicPartitions[]) => void
  readonly resume: (partitions: readonly TopicPartitions[]) => void
  readonly commit: (offsets: readonly TopicPartitionOffsetAndMetadata[]) => Promise<void>
  /** Leaves the group if it can be done in time; else the connections are cut. */
  readonly close: (limitMs: number) => Promise<void>
}

export type ConnectGroup = (events: GroupConsumerEvents) => GroupConsumer

function mutable(partitions: readonly TopicPartitions[]): { topic: string; partitions: number[] }[] {
  return partitions.map((entry) => ({ topic: entry.topic, partitions: [...entry.partitions] }))
}

/** Passes on what the consumer tells of itself. */
function listen(consumer: Consumer, events: GroupConsumerEvents): void {
  consumer.on(consumer.events.GROUP_JOIN, ({ payload }) => {
    const assignment = Object.entries(payload.memberAssignment)
    events.joined(assignment.map(([topic, partitions]) => ({ topic, partitions })))
  })
  consumer.on(consumer.events.HEARTBEAT, () => events.heartbeat())
  consumer.on(consumer.events.CRASH, ({ payload }) => events.crashed(payload.error))
  // A fetch that fails ends without a word: the next one to the same broker begins.
  const fetching = new Set<number>()
  consumer.on(consumer.events.FETCH_START, ({ payload }) => {
    if (fetching.has(payload.nodeId)) events.fetchFailed()
    fetching.add(payload.nodeId)
  })
  consumer.on(consumer.events.FETCH, ({ payload }) => {
    fetching.delete(payload.nodeId)
    if (payload.numberOfBatches > 0) events.fetched(payload.duration)
  })
  consumer.on(consumer.events.END_BATCH_PROCESS, ({ payload }) => {
    const { topic, partition, batchSize, firstOffset, lastOffset } = payload
    if (batchSize === 0) events.passedOver(topic, partition, firstOffset, lastOffset)
  })
}

export function connectGroup(options: KafkaSourceOptions, log: KafkaLog): ConnectGroup {
  return (events) => {
    const clusters: Cluster[] = []
    // Every way into the group begins by asking for the coordinator, and kafkajs gives assigners its cluster.
    const assigner: PartitionAssigner = (config) => {
      const { cluster } = config
      const find = cluster.findGroupCoordinator.bind(cluster)
      cluster.findGroupCoordinator = async (group) => {
        await events.beforeJoin()
        return find(group)
      }
      clusters.push(cluster)
      return kafkajs.PartitionAssigners.roundRobin(config)
    }
    const consumer = kafkaClient(options, log).consumer({
      groupId: options.groupId,
      partitionAssigners: [assigner],
      sessionTimeout: options.sessionTimeoutMs,
      heartbeatInterval: options.heartbeatMs,
      rebalanceTimeout: options.rebalanceTimeoutMs,
      maxBytes: options.maxBytes,
      maxBytesPerPartition: options.maxBytesPerPartition,
      maxWaitTimeInMs: fetchWaitMs,
      metadataMaxAge: metadataMaxAgeMs,
      allowAutoTopicCreation: false,
      retry: { ...retryOptions, restartOnFailure: async () => false },
    })
    listen(consumer, events)
    return {
      start: async () => {
        await consumer.connect()
        // kafkajs goes there by itself when an offset is out of range; the intake sees that and asks our policy.
        await consumer.subscribe({ topics: [...options.topics], fromBeginning: true })
        await consumer.run({ autoCommit: false, eachBatchAutoResolve: false, eachBatch: events.batch })
      },
      seek: (to) => consumer.seek(to),
      pause: (partitions) => consumer.pause(mutable(partitions)),
      resume: (partitions) => consumer.resume(mutable(partitions)),
      commit: (offsets) => consumer.commitOffsets([...offsets]),
      close: async (limitMs) => {
        if (await isDoneWithin(consumer.disconnect(), limitMs)) return
        await Promise.all(clusters.map((cluster) => isDoneWithin(cluster.disconnect(), limitMs / 2)))
      },
    }
  }
}
